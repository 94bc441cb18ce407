import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_STORED: Final = r"(?:window\.)?(?:local|session)Storage\.getItem\(\s*[\"']?[\w.:-]*(?:token|jwt|auth|signed[_-]?in|logged[_-]?in|session)[\w.:-]*[\"']?\s*\)"
_DIRECT: Final = lazy(
    rf"(?:\breturn\s+|\b(?:is|has)?(?:Authenticated|SignedIn|LoggedIn|Authed|Authorized)\w*\s*[:=]\s*(?:[^\n;]*&&\s*)?|set(?:Is)?(?:Authenticated|SignedIn|LoggedIn|Authed|Authorized|Allowed)\(\s*)"
    rf"(?:!!\s*|Boolean\(\s*){_STORED}",
    re.IGNORECASE,
)
_STATE: Final = r"\bset(?:Is)?(?:Authenticated|SignedIn|LoggedIn|Authed|Authorized|Allowed)\("
_ASKS: Final = lazy(
    r"\bawait\b|\bfetch\w*\(|\baxios\b|\bapi\w*\.(?!set)|\.then\(|\bmutate|\brefetch|[vV]alidat"
)
_NAMED: Final = lazy(rf"^{_STORED}$", re.IGNORECASE)
_LOOKED_AT: Final = lazy(
    r"\bexp\b|expires|jwtDecode|decodeJwt|jwt_decode|atob\(|jwtVerify|isExpired|verify",
    re.IGNORECASE,
)


_BAR: Final = lazy(
    r"(?:^|[/_-])(?:(?:top|main|app|site|mobile)?[_-]?)(?:nav(?:bar|igation)?|header|footer|sidebar|menu)\.[jt]sx$",
    re.IGNORECASE,
)
"""A part of pages that shows whether somebody is signed in, and hides nothing."""


def _through_names(module: Module) -> Iterator[int]:
    """Yield places where a token that was read is turned into whether somebody is signed in."""
    for one in module.assignments:
        if one.function < 0 or not _NAMED.match(one.value):
            continue
        function = module.functions[one.function]
        found = re.search(_answer(re.escape(one.target)), function.text)
        opened = None if _ASKS.search(function.text) else _opened(one.target, function.text)
        for place in (found, opened):
            if place:
                yield function.line + function.text.count("\n", 0, place.start())


def _answer(name: str) -> str:
    """Return the pattern of a name of a token that becomes yes or no."""
    return (
        rf"(?:\breturn\s+|{_STATE}\s*)"
        rf"(?:!!\s*{name}\b|Boolean\(\s*{name}\s*\)|{name}\s*!==?\s*null\b)"
    )


def _opened(name: str, text: str) -> re.Match[str] | None:
    """Return the place where a token that is there opens the session of whoever is stored."""
    return re.search(
        rf"\bif\s*\(\s*(?:\w+\s*&&\s*)?{re.escape(name)}\b(?:\s*&&\s*\w+)?\s*\)\s*\{{?"
        rf"(?:\btry\s*\{{|[^{{}}]|\{{[^{{}}]*\}}){{0,300}}?(?:{_STATE}\s*true\b|\bset(?:User|Session)\(\s*(?:JSON\.parse\(|\w*(?:[uU]ser|[pP]arsed)))",
        text,
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield scripts for which any text in web storage is a signed-in user, once a file."""
    for module in facts.browser:
        if "getItem(" not in module.code or _LOOKED_AT.search(module.code):
            continue
        if _BAR.search(module.path) and "children" not in module.code:
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
                "context/held.tsx": """\
const look = () => {
  const sent = localStorage.getItem(TOKEN_KEY);
  const kept = localStorage.getItem(USER_KEY);
  if (sent && kept) {
    try {
      const user = JSON.parse(kept);
      setUser(user);
      apiClient.setToken(sent);
    } catch {
      setUser(null);
    }
  }
};
"""
            }
        ),
        Case(
            {
                "components/gate.tsx": """\
useEffect(() => {
  const authorized = Boolean(localStorage.getItem("app:logged-in"));
  if (!authorized) router.push("/enter");
}, []);
"""
            }
        ),
        Case(
            {
                "hooks/use-auth.ts": """\
const look = () => {
  const stored = localStorage.getItem("auth_token");
  setIsAuthenticated(!!stored);
};
"""
            }
        ),
        Case(
            {
                "hooks/use-auth.ts": """\
const look = () => {
  const stored = localStorage.getItem("auth_token");
  const kept = localStorage.getItem("kept_user");
  if (stored && kept) {
    setUser(JSON.parse(kept));
  }
};
"""
            }
        ),
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
                "components/Navbar.tsx": """\
export function Navbar() {
  const look = () => {
    const stored = localStorage.getItem("token");
    setIsLoggedIn(!!stored);
  };
  return <nav>{isLoggedIn ? <SignOut /> : <SignIn />}</nav>;
}
"""
            }
        ),
        Case(
            {
                "context/auth.tsx": """\
useEffect(() => {
  const stored = localStorage.getItem("token");
  if (stored) {
    fetchMe(stored).then((me) => setUser(me));
  } else {
    setIsAuthenticated(false);
  }
}, []);
"""
            }
        ),
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
