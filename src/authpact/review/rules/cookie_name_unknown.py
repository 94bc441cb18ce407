import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._cookies import cookie_reads
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching, literal, members

_READ: Final = lazy(
    r"(?:[cC]ookies(?:\(\))?\)?\s*(?:\.get\(|\.has\(|\[)\s*|Cookie\([^()]*alias\s*=\s*|COOKIE\w*\s*=\s*)[\"']([\w.-]+)[\"']"
)
_WRITTEN: Final = lazy(
    r"(?:set_cookie\(\s*(?:key\s*=\s*)?|[cC]ookies?(?:\(\)\)?)?\.set\(\s*|document\.cookie\s*=\s*)[\"'`]([\w.-]+)"
)
_LIKE: Final = lazy(
    r"(?:__Secure-)?[\w]*better[-_.]?auth[-_.]?session(?:[-_.]?token)?", re.IGNORECASE
)
_HELPER: Final = lazy(r"\bgetSessionCookie\(([^()]*(?:\([^()]*\))?[^()]*)\)")
_HOSTED: Final = lazy(r"^@neondatabase/(?:auth|neon-js)")
_USUAL: Final = "better-auth"


def _prefixes(facts: Facts) -> set[str]:
    """Return what the names of the issuer's cookies begin with, nothing when that is unknown."""
    found: set[str] = set()
    for server in facts.issuers.servers:
        advanced = members(server.options.get("advanced", ""))
        prefix = literal(advanced.get("cookiePrefix", f'"{_USUAL}"'))
        if prefix is None or "cookies" in advanced or "..." in server.options.get("advanced", ""):
            return set()
        found.add(prefix)
    hosted = any(_HOSTED.match(i.module) for m in facts.scripts for i in m.imports)
    return found or ({"neon-auth"} if hosted else set())


_LISTED: Final = lazy(r"(?<=[\"'`])((?:__Secure-)?better-auth\.session_(?:token|data))(?=[\"'`])")


def _is_meant(name: str, prefixes: set[str]) -> bool:
    """Whether a name is meant to be the session cookie of this issuer."""
    own = any(name.startswith(p.rstrip("_-.")) and "session" in name for p in prefixes)
    return own or bool(_LIKE.fullmatch(name))


def _misread(module: Module, known: set[str], prefixes: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the first read of a name that the issuer does not use, where none is read that it does."""
    read = [(line, m[1]) for line, m in lines_matching(module.code, _READ, "ookie", "COOKIE")]
    if module.language == "python":
        read += [(r.line, r.name) for r in cookie_reads(module)]
    if any(k in module.code for k in known):
        return
    if not read and re.search(r"cookie", module.code, re.IGNORECASE):
        # Names may stand in a list that some loop goes through.
        read = [(line, m[1]) for line, m in lines_matching(module.code, _LISTED)]
    yield from [(line, name) for line, name in read if _is_meant(name, prefixes)][:1]


def check(facts: Facts) -> Iterator[Hit]:
    """Yield readers of a session cookie whose name the issuer never gives to one."""
    prefixes = _prefixes(facts)
    if not prefixes:
        return
    known = {f"{p}.session_{kind}" for p in prefixes for kind in ("token", "data")}
    written = {m[1] for _, _, m in facts.matches(facts.project.modules, _WRITTEN, "ookie")}
    right = min(k for k in known if k.endswith("token"))
    for module in facts.project.modules:
        for line, name in _misread(module, known, prefixes):
            if name not in written:
                yield at(module, line, f"The session cookie is called {right}, not {name}.")
    if _USUAL in prefixes:
        return
    for module, line, match in facts.matches(facts.scripts, _HELPER):
        if "better-auth" in module.code and "," not in match[1]:
            yield at(
                module, line, f"getSessionCookie looks for {_USUAL}.session_token, not {right}."
            )


RULE = Rule(
    requirement="transport:one-place",
    category="cookie-name-mismatch",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The session cookie is read under a name it does not have.",
    why="The issuer calls it `<cookiePrefix>.session_token`: every session looks like none.",
    remedy="Read the name the issuer sets, or hand `cookiePrefix` to `getSessionCookie`.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": "export const auth = betterAuth({ database });\n",
                "api/deps.py": """\
def current(request):
    for kind in ("better-auth.session", "sid"):
        if request.cookies.get(kind):
            return find(request.cookies[kind])
    return None
""",
            }
        ),
        Case(
            {
                "web/auth.ts": 'betterAuth({ advanced: { cookiePrefix: "notes" } });\n',
                "api/deps.py": """\
KINDS = ["better-auth.session_token", "__Secure-better-auth.session_token"]

def current(request):
    return next(filter(None, map(request.cookies.get, KINDS)), None)
""",
            }
        ),
        Case(
            {
                "web/auth.ts": 'betterAuth({ advanced: { cookiePrefix: "notes" } });\n',
                "api/deps.py": """\
def current(kept: str | None = Cookie(default=None, alias="better-auth.session_token")):
    return find(kept)
""",
            }
        ),
        Case(
            {
                "web/auth.ts": 'betterAuth({ advanced: { cookiePrefix: "notes" } });\n',
                "web/middleware.ts": """\
import { getSessionCookie } from "better-auth/cookies";
export function middleware(request) {
  return getSessionCookie(request) ? NextResponse.next() : NextResponse.redirect(SIGN_IN);
}
""",
            }
        ),
        Case(
            {
                "web/auth.ts": "export const auth = betterAuth({ database });\n",
                "api/deps.py": 'def current(request):\n    return request.cookies.get("better-auth-session")\n',
            }
        ),
        Case(
            {
                "web/auth.ts": 'import { createNeonAuth } from "@neondatabase/auth/next/server";\n',
                "api/deps.py": """\
def current(request):
    return request.cookies.get("better-auth.session_token")
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": 'betterAuth({ advanced: { cookiePrefix: "notes" } });\n',
                "api/deps.py": """\
def current(request):
    return request.cookies.get("notes.session_token") or request.cookies.get("better-auth.session_token")
""",
                "web/middleware.ts": """\
import { getSessionCookie } from "better-auth/cookies";
export const seen = (request) => getSessionCookie(request, { cookiePrefix: "notes" });
""",
            }
        ),
        Case(
            {
                "web/auth.ts": "betterAuth({ advanced: { cookiePrefix: process.env.PREFIX } });\n",
                "api/deps.py": 'def current(request):\n    return request.cookies.get("better-auth.session_token")\n',
            }
        ),
        Case(
            {
                "web/auth.ts": "export const auth = betterAuth({ database });\n",
                "web/proxy.ts": 'const kept = request.cookies.get("better-auth.session_token");\n',
                "api/login.py": 'response.set_cookie("better_auth_session", value)\n',
                "api/deps.py": 'def current(request):\n    return request.cookies.get("better_auth_session")\n',
            }
        ),
    ),
)
