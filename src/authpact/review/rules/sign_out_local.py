import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

_OUT: Final = lazy(
    r"^(?:handle|custom|do|perform|user|local|on|auth)?_?(?:log|sign)_?(?:out|off)(?!Page)\w*$",
    re.IGNORECASE,
)
_FORGETS: Final = lazy(
    r"\b(?:local|session)Storage\.removeItem\(\s*[\"'`]?[\w.-]*(?:token|jwt)", re.IGNORECASE
)
_ASKS: Final = lazy(
    r"\bfetch\(|axios|\bapi\w*\.|\bclient\.|authClient|\b(?:sign|log)_?[oO]ut\(|mutate|revoke|\.post\(|request\("
)
_ROW: Final = lazy(r"\b\w*Session\((?:[^()]|\([^()]*\))*?\btoken\s*=")
_LISTED: Final = lazy(r"denylist|blacklist|revoked|blocklist", re.IGNORECASE)


def _forgetting(module: Module) -> Iterator[int]:
    """Yield the lines of functions that sign out by forgetting a token and call nobody."""
    rows = [(f.name, f.line, f.text.partition("{")[2]) for f in module.functions]
    rows += [(a.target, a.line, a.value) for a in module.assignments]
    for name, line, text in rows:
        if _OUT.match(name) and _FORGETS.search(text) and not _ASKS.search(text):
            yield line


def _issues(facts: Facts) -> bool:
    """Whether the API makes tokens: it signs them, or keeps random ones as rows of sessions."""
    if any(m.module.language == "python" for m in facts.tokens.mints):
        return True
    return any(_ROW.search(m.code) and "token_urlsafe(" in m.code for m in facts.python)


_LEAVES: Final = lazy(
    r"\b(?:set\w*|dispatch|clear\w*|reset\w*|removeItem)\(|location\.|router\.(?:push|replace)\("
)
_ENDS: Final = lazy(
    r"\bsign_?out\b(?!\s*:\s*\(\)\s*=>\s*void)|/(?:sign|log)-?out\b|revoke|\.logout\(|delete\w*[cC]ookie|cookies",
    re.IGNORECASE,
)


def _never_asked(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield sign-outs of a front end in which nothing ever ends the session of Better Auth."""
    homes = [i.module.path for i in facts.issuers.servers]
    homes += [c.module.path for c in facts.issuers.clients]
    roots = {h.partition("/")[0] for h in homes}
    if not roots:
        return
    ending = {m.path.partition("/")[0] for m in facts.scripts if _ENDS.search(m.code)}
    for module in facts.browser:
        root = module.path.partition("/")[0]
        if root not in roots - ending:
            continue
        for function in module.functions:
            if (
                _OUT.match(function.name)
                and _LEAVES.search(function.text)
                and not _ASKS.search(function.text)
            ):
                message = "Signing out clears the page; the session and its cookie live on."
                yield root, at(module, function, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield sign-outs that only forget the browser's copy of a token of the API, once a root."""
    yield from once(_never_asked(facts))
    if not _issues(facts) or any(_LISTED.search(m.code) for m in facts.python):
        return
    message = "Signing out forgets the token; it stays valid."
    yield from once(
        (module.path.partition("/")[0], at(module, line, message))
        for module in facts.browser
        if "removeItem(" in module.code
        for line in _forgetting(module)
    )


RULE = Rule(
    requirement="session:token-after-sign-out",
    category="session-not-revocable",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Signing out only forgets the browser's copy of the token.",
    why="The API is not told: a copied token works until it expires.",
    remedy="End the session at the issuer as well, and keep tokens short.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": "export const authClient = createAuthClient({});\n",
                "web/menu.tsx": """\
export function Menu({ setUser }) {
  const logOut = () => {
    setUser(null);
    router.push("/login");
  };
}
""",
            }
        ),
        Case(
            {
                "api/login.py": """\
def login(db, user):
    value = secrets.token_urlsafe(32)
    db.add(UserSession(id=new_id(), user_id=user.id, token=value))
    return value
""",
                "web/nav.tsx": """\
export function signOutHere() {
  localStorage.removeItem("session_token");
  window.location.href = "/login";
}
""",
            }
        ),
        Case(
            {
                "api/tokens.py": """\
import jwt

def make(user):
    return jwt.encode({"sub": user}, KEY, algorithm="HS256")
""",
                "web/session.ts": """\
export function logout() {
  localStorage.removeItem("access_token");
  window.location.href = "/login";
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": "export const authClient = createAuthClient({});\n",
                "web/menu.tsx": """\
export function Menu({ setUser }) {
  const logOut = () => {
    setUser(null);
    end();
  };
}
""",
                "web/end.ts": "export const end = () => authClient.signOut();\n",
            }
        ),
        Case(
            {
                "api/tokens.py": """\
import jwt

def make(user):
    return jwt.encode({"sub": user}, KEY, algorithm="HS256")
""",
                "web/session.ts": """\
export async function logout() {
  await fetch("/api/logout", { method: "POST" });
  localStorage.removeItem("access_token");
}
export function signOut() {
  localStorage.removeItem("theme");
}
""",
            }
        ),
    ),
)
