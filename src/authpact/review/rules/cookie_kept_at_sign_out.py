import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_WRITES: Final = lazy(
    r"document\.cookie\s*=\s*[`\"'](?:\$\{)?\s*([\w.-]+)[^;\n]*"
    r"|\b(?:Cookies|cookies|Cookie)\.set\(\s*[`\"']?([\w.-]+)[`\"']?\s*,"
    r"|\bsetCookie\(\s*[`\"']?([\w.-]+)[`\"']?\s*,"
)
_CREDENTIAL: Final = lazy(r"token|session|jwt|auth", re.IGNORECASE)
_OTHER: Final = lazy(r"csrf|xsrf|hint|theme|state|refresh_at|expir", re.IGNORECASE)
_CLEARS: Final = lazy(
    r"document\.cookie\s*=[^\n]*(?:max-age\s*=\s*(?:0|-)|expires\s*=|=\s*;)"
    r"|\b(?:Cookies|cookies|Cookie|cookieStore)\.(?:remove|delete)\(|\b(?:delete|remove|destroy|clear|erase|expire)\w*Cookies?\("
    r"|cookies\(\)\)?\.(?:delete|set)\(|\w\.cookies\.(?:delete|set)\(|cookieStore\.set\(|delete_cookie\(|clear-site-data",
    re.IGNORECASE,
)
_FORGETS: Final = lazy(r"\b(?:local|session)Storage\.(?:removeItem|clear)\(")
_OUT: Final = lazy(
    r"^(?:handle|on|do|perform|user)?_?(?:log|sign)_?(?:out|off)\w*$"
    r"|^(?:remove|clear|delete|destroy|drop|reset)_?\w*(?:token|session|auth|credential)\w*$",
    re.IGNORECASE,
)


def _clears(facts: Facts, home: str) -> bool:
    """Whether anything of a front end, or of the API, takes a cookie back."""
    scripts = (m for m in facts.scripts if m.path.startswith(home))
    return any(_CLEARS.search(m.code) for m in (*scripts, *facts.python))


def _written(module: Module) -> str:
    """Return the first credential cookie that a module writes in the browser."""
    names = (m[1] or m[2] or m[3] for _, m in lines_matching(module.code, _WRITES))
    return next((n for n in names if _CREDENTIAL.search(n) and not _OTHER.search(n)), "")


def _leaving(module: Module) -> int:
    """Return the line of the function that forgets the token everywhere but in the cookie."""
    rows = [(f.name, f.line, f.text) for f in module.functions]
    rows += [(a.target, a.line, a.value) for a in module.assignments]
    return next((n for name, n, text in rows if _OUT.match(name) and _FORGETS.search(text)), 0)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield sign-outs that leave a cookie of the browser's own with the token, once a front end."""
    seen: set[str] = set()
    live = [m for m in facts.browser if not facts.loaded.is_dead(m.path)]
    for writer in (m for m in live if "ookie" in m.code and _written(m)):
        home = facts.loaded.home_of(writer.path) or ""
        if home in seen or _clears(facts, home):
            continue
        # The one beside the writing is where a reader looks for the counterpart.
        near = [writer, *(m for m in live if m.path.startswith(home))]
        found = next(((m, n) for m in near if (n := _leaving(m))), None)
        if found:
            seen.add(home)
            yield at(*found, f"Signing out leaves the cookie {_written(writer)}.")


_KEEP: Final = """\
export function keepToken(token) {
  localStorage.setItem(KEY, token);
  document.cookie = `${TOKEN_COOKIE}=${token}; path=/; Secure`;
}
"""

RULE = Rule(
    requirement="session:token-after-sign-out",
    category="session-not-revocable",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Signing out leaves the token in a cookie.",
    why="Whoever comes next at the machine is let in by the cookie, until the token ends.",
    remedy="Expire the cookie where the user signs out, and end the session at the issuer.",
    check=check,
    flagged=(
        Case(
            {
                "lib/session.ts": _KEEP
                + """\
export function clearSession() {
  localStorage.removeItem(KEY);
}
"""
            }
        ),
        Case(
            {
                "lib/login.ts": """\
import Cookies from "js-cookie";
export const keep = (token) => Cookies.set("auth_token", token, { secure: true });
""",
                "components/menu.tsx": """\
export function Menu() {
  const handleLogout = () => {
    localStorage.removeItem("user");
    router.push("/login");
  };
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/session.ts": _KEEP
                + """\
export function clearSession() {
  localStorage.removeItem(KEY);
  document.cookie = `${TOKEN_COOKIE}=; path=/; max-age=0`;
}
"""
            }
        ),
        Case(
            {
                "lib/session.ts": _KEEP
                + """\
export async function signOut() {
  localStorage.removeItem(KEY);
  await fetch("/api/logout", { method: "POST" });
}
""",
                "app/api/logout/route.ts": """\
export async function POST() {
  (await cookies()).delete("auth_token");
}
""",
            }
        ),
        Case(
            {
                "lib/session.ts": """\
export function keep(theme) { document.cookie = `theme=${theme}; path=/`; }
export function clearSession() { localStorage.removeItem("token"); }
"""
            }
        ),
    ),
)
