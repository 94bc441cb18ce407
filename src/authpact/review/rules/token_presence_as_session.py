import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Module
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_STORED: Final = (
    r"(?:window\.)?(?:local|session)Storage\.getItem\(\s*[\"'][\w-]*(?:token|jwt)[\w-]*[\"']\s*\)"
)
_DIRECT: Final = re.compile(
    rf"(?:\breturn\s+|[iI]s(?:Authenticated|SignedIn|LoggedIn)\w*\s*[:=]\s*(?:[^\n;]*&&\s*)?|set(?:Is)?(?:Authenticated|SignedIn|LoggedIn)\(\s*)"
    rf"(?:!!\s*|Boolean\(\s*){_STORED}",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(rf"^{_STORED}$", re.IGNORECASE)
_LOOKED_AT: Final = re.compile(
    r"\bexp\b|expires|jwtDecode|decodeJwt|jwt_decode|atob\(|jwtVerify|isExpired|verify",
    re.IGNORECASE,
)


def _through_names(module: Module) -> Iterator[int]:
    """Yield places where a token that was read is turned into whether somebody is signed in."""
    for one in module.assignments:
        if one.function < 0 or not _NAMED.match(one.value):
            continue
        function = module.functions[one.function]
        answer = rf"\breturn\s+(?:!!\s*{re.escape(one.target)}\b|Boolean\(\s*{re.escape(one.target)}\s*\)|{re.escape(one.target)}\s*!==?\s*null\b)"
        found = re.search(answer, function.text)
        if found:
            yield function.line + function.text.count("\n", 0, found.start())


def check(facts: Facts) -> Iterator[Hit]:
    """Yield scripts for which any text in web storage is a signed-in user, once a file."""
    for module in facts.browser:
        if "getItem(" not in module.code or _LOOKED_AT.search(module.code):
            continue
        direct = (line for line, _ in lines_matching(module.code, _DIRECT))
        line = min((*direct, *_through_names(module)), default=0)
        if line:
            yield at(module, line, "Any text under the key of the token counts as signed in.")


RULE = Rule(
    requirement="access:authenticated",
    category="frontend-guard-presence-only",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Whether a token string exists counts as being signed in.",
    why="An expired or invented token shows the protected pages, whose every call is then refused.",
    remedy="Ask the issuer for the session, or look at `exp` and treat a 401 as signed out.",
    check=check,
    flagged=(
        Case(
            {
                "lib/auth.ts": """\
export function isAuthenticated() {
  if (typeof window === "undefined") return false;
  const stored = localStorage.getItem("access_token");
  return !!stored;
}
"""
            }
        ),
        Case(
            {
                "hooks/use-user.ts": """\
export const useUser = () => ({
  isAuthenticated: typeof window !== "undefined" && !!localStorage.getItem("app_jwt"),
});
"""
            }
        ),
        Case(
            {
                "context/auth.tsx": """\
useEffect(() => {
  setIsLoggedIn(Boolean(sessionStorage.getItem("auth-token")));
}, []);
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/auth.ts": """\
export function isAuthenticated() {
  const stored = localStorage.getItem("access_token");
  return !!stored && decodeJwt(stored).exp * 1000 > Date.now();
}
""",
                "lib/theme.ts": """\
export const isDark = () => !!localStorage.getItem("theme");
export function headers() {
  const stored = localStorage.getItem("access_token");
  return stored ? { Authorization: `Bearer ${stored}` } : {};
}
""",
            }
        ),
    ),
)
