import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_FILE: Final = lazy(r"(?:^|/)(?:middleware|proxy)\.(?:[jt]sx?|mjs)$")
_TRY: Final = lazy(r"\btry\s*\{")
_CATCH: Final = lazy(r"\s*catch\s*(?:\(\s*\w*(?:\s*:\s*\w+)?\s*\))?\s*\{")
_VALIDATES: Final = lazy(
    r"\bawait\s+(?:fetch\(|[\w.]*(?:[vV]erify|[gG]etSession|[vV]alidate|[aA]uthenticat|[gG]etToken)\w*\()"
)
_REFUSES: Final = lazy(r"\bredirect\(|\b40[13]\b|\brewrite\(")
_LEAVES: Final = lazy(r"\bredirect\(|\b[45]\d\d\b|\brewrite\(|\bthrow\b|\breturn\s+\w+\(")
_NEXT: Final = lazy(r"\bNextResponse\.next\(")
_UNLESS: Final = lazy(r"\bif\s*\(\s*(?:!|[^)\n]*(?:\bok\s*===?\s*false|status\b|===?\s*null))")


def _end(code: str, start: int) -> int:
    """Return where the block ends whose brace stands before a position."""
    depth = 1
    for match in re.compile(r"[{}]").finditer(code, start):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return match.start()
    return len(code)


def _open_catches(code: str) -> Iterator[int]:
    """Yield where a failed validation is caught and the request goes on."""
    for match in _TRY.finditer(code):
        end = _end(code, match.end())
        inside, caught = code[match.end() : end], _CATCH.match(code, end + 1)
        asks = _VALIDATES.search(inside) and _UNLESS.search(inside) and _REFUSES.search(inside)
        if caught is None or not asks:
            continue
        last = _end(code, caught.end())
        body, rest = code[caught.end() : last], code[last:]
        lets = _NEXT.search(body) and not _REFUSES.search(body)
        # What falls through may still be refused below.
        falls = not _LEAVES.search(body) and not _REFUSES.search(rest) and _NEXT.search(rest)
        if lets or falls:
            yield caught.start() + caught[0].index("catch")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield guards of pages that let a request through when the session cannot be validated."""
    for module in facts.scripts:
        if not _FILE.search(module.path) or facts.is_stray_guard(module):
            continue
        for place in _open_catches(module.code):
            line = module.code.count("\n", 0, place) + 1
            yield at(module, line, "A failed validation lets the request through.")


_GUARD: Final = """\
import { NextResponse } from "next/server";
export async function middleware(request) {
  try {
    const answer = await fetch(new URL("/api/auth/get-session", request.url));
    if (!answer.ok) return NextResponse.redirect(new URL("/login", request.url));
  } catch (error) {
    BODY
  }
  return NextResponse.next();
}
"""

RULE = Rule(
    requirement="error:fail-closed",
    category="auth-fail-open",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="The guard of the pages lets requests through on an error.",
    why="Whoever makes the validation fail, or comes while it does, sees protected pages.",
    remedy="Redirect to the sign-in page, or answer 503, when the session cannot be validated.",
    check=check,
    flagged=(
        Case({"middleware.ts": _GUARD.replace("BODY", 'console.error("no answer", error);')}),
        Case({"proxy.ts": _GUARD.replace("BODY", "return NextResponse.next();")}),
        Case(
            {
                "src/middleware.ts": """\
export default async function middleware(request) {
  try {
    const { payload } = await jwtVerify(request.cookies.get("token").value, KEY);
    if (!payload.sub) return NextResponse.redirect(LOGIN);
  } catch { return NextResponse.next(); }
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "middleware.ts": _GUARD.replace(
                    "BODY", 'return NextResponse.redirect(new URL("/login", request.url));'
                )
            }
        ),
        Case({"middleware.ts": _GUARD.replace("BODY", "throw error;")}),
        Case({"middleware.ts": _GUARD.replace("BODY", "return toLogin(request);")}),
        Case(
            {
                "middleware.ts": """\
export async function middleware(request) {
  let session = null;
  try {
    const answer = await fetch(SESSION);
    if (!answer.ok) return NextResponse.redirect(LOGIN);
    session = await answer.json();
  } catch (error) {
    console.error(error);
  }
  if (!session) return NextResponse.redirect(LOGIN);
  return NextResponse.next();
}
"""
            }
        ),
        Case(
            {
                # Whoever is signed in is led away from the sign-in page; nothing is protected.
                "middleware.ts": """\
export async function middleware(request) {
  try {
    const session = await getSession(request);
    if (session) return NextResponse.redirect(HOME);
  } catch (error) {}
  return NextResponse.next();
}
"""
            }
        ),
    ),
)
