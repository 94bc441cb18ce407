import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_FILE: Final = re.compile(r"(^|/)(?:middleware|proxy)\.[jt]sx?$")
_COOKIE: Final = re.compile(r"cookies\.(?:get|has)\(\s*[\"'`]([^\"'`]+)[\"'`]")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield page guards that only look for a cookie, where no API verifies anything behind them."""
    if any(r.protected for r in facts.routes):
        return
    for module in facts.scripts:
        if not _FILE.search(module.path) or re.search(
            r"getSession|verify|betterFetch|getSessionCookie|getCookieCache", module.code
        ):
            continue
        found = next(lines_matching(module.code, _COOKIE), None)
        if found and "redirect" in module.code and not re.search(r"better[-_]auth", found[1][1]):
            tests = re.compile(
                r"if\s*\([^)]*!\s*\w*(?:session|token|cookie|auth)\w*", re.IGNORECASE
            )
            place = next(lines_matching(module.code, tests), None)
            yield at(
                module,
                place[0] if place else found[0],
                f"Any value of the cookie {found[1][1]} opens the pages.",
            )


RULE = Rule(
    requirement="access:authenticated",
    category="frontend-guard-presence-only",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="The page guard only looks for a cookie.",
    why="Anybody can set a cookie of that name and see the protected pages.",
    remedy="Ask for the session in the page or layout; keep the guard for convenience only.",
    check=check,
    flagged=(
        Case(
            {
                "middleware.ts": """\
export function middleware(request) {
  const session = request.cookies.get("app_session");
  if (!session) return NextResponse.redirect("/login");
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "middleware.ts": """\
export async function middleware(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  if (!session) return NextResponse.redirect("/login");
}
"""
            }
        ),
    ),
)
