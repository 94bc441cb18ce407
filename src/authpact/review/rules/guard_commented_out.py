import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._signs import GUARD_FILE
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_GUARD: Final = lazy(
    r"^export\s+(?:default\s+)?(?:async\s+)?(?:function|const)\s+\w*", re.MULTILINE
)
_DECIDES: Final = lazy(
    r"redirect\(|rewrite\(|\b40[13]\b|getSession|getToken\(|auth\(|with\w*Auth|updateSession|verify\w*\("
    r"|cookies\.|\.headers\b",
    re.IGNORECASE,
)
_CHECKS: Final = lazy(r"cookies?\b|getSession|getToken|session|\btoken\b|auth", re.IGNORECASE)
_SENDS_OFF: Final = lazy(r"redirect\(|\b401\b|\b403\b")


def _hidden(module: Module) -> str:
    """Return what stands in comments: the lines of the text that the code lacks."""
    texts = zip(module.text.split("\n"), module.lines, strict=False)
    return "\n".join(t for t, code in texts if t.strip() and t.rstrip() != code.rstrip())


def check(facts: Facts) -> Iterator[Hit]:
    """Yield route guards whose check is a comment: every request goes on."""
    for module in facts.scripts:
        if not GUARD_FILE.search(module.path) or "NextResponse.next(" not in module.code:
            continue
        if _DECIDES.search(module.code):
            continue
        hidden = _hidden(module)
        found = next(lines_matching(module.code, _GUARD), None)
        if found and _SENDS_OFF.search(hidden) and _CHECKS.search(hidden):
            yield at(module, found[0], "The check is a comment; every request goes on.")


RULE = Rule(
    requirement="access:deny-by-default",
    category="auth-dependency-unused",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="The check of a route guard is commented out.",
    why="The file and its matcher look like a guard, and nobody is sent to the sign-in page.",
    remedy="Restore the check, or remove the file.",
    check=check,
    flagged=(
        Case(
            {
                "src/middleware.ts": """\
import { NextResponse } from "next/server";
export function middleware(request) {
  // const session = request.cookies.get("session");
  // if (!session) return NextResponse.redirect(new URL("/login", request.url));
  return NextResponse.next();
}
"""
            }
        ),
        Case(
            {
                "proxy.ts": """\
import { NextResponse } from "next/server";
export default function proxy(request) {
  /*
  if (!request.cookies.get("token")) {
    return NextResponse.redirect(new URL("/login", request.url));
  }
  */
  return NextResponse.next();
}
export const config = { matcher: ["/dashboard/:path*"] };
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "src/middleware.ts": """\
import { NextResponse } from "next/server";
export function middleware(request) {
  // if (debug) return NextResponse.redirect(new URL("/login", request.url));
  if (!request.cookies.get("session")) return NextResponse.redirect(new URL("/login", request.url));
  return NextResponse.next();
}
"""
            }
        ),
        Case(
            {
                "src/middleware.ts": """\
import { NextResponse } from "next/server";
// Sessions are checked in the layouts, next to the data.
export function middleware(request) {
  return NextResponse.next();
}
"""
            }
        ),
    ),
)
