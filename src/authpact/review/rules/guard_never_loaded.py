import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_INSIDE: Final = re.compile(r"^(?:.*/)?app/(?:[^/]+/)*(?:middleware|proxy)\.[jt]s$")
_GUARD: Final = re.compile(
    r"^export\s+(?:default\s+)?(?:async\s+)?(?:function|const)\s+(?:middleware|proxy)\b",
    re.MULTILINE,
)
_ABOUT: Final = re.compile(r"redirect|session|token|cookie|auth", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield route guards in places where Next.js does not look for them."""
    for module in facts.scripts:
        inside = _INSIDE.match(module.path) and "NextResponse" in module.code
        if not (inside or facts.is_stray_guard(module)) or module.path in facts.imported:
            continue
        found = next(lines_matching(module.code, _GUARD), None)
        if found and _ABOUT.search(module.code):
            yield at(module, found[0], "Next.js never loads this file; no page is guarded by it.")


RULE = Rule(
    requirement="access:deny-by-default",
    category="auth-dependency-unused",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A route guard is never loaded.",
    why="Next.js takes middleware.ts or proxy.ts from the folder of app/ alone; elsewhere it is dead code.",
    remedy="Move it beside app/: into src/ when that is where app/ is, else to the root.",
    check=check,
    flagged=(
        Case(
            {
                "proxy.ts": """\
export function proxy(request) {
  if (!request.cookies.get("session")) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "src/app/page.tsx": "export default function Page() { return null; }\n",
            }
        ),
        Case(
            {
                "web/app/middleware.ts": """\
import { NextResponse } from "next/server";
export function middleware(request) {
  if (!request.cookies.get("session")) return NextResponse.redirect(new URL("/login", request.url));
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                # Next.js takes app/ when both are there, and looks for the guard beside it.
                "proxy.ts": """\
export function proxy(request) {
  if (!request.cookies.get("session")) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "app/page.tsx": "export default function Page() { return null; }\n",
                "src/app/page.tsx": "export default function Page() { return null; }\n",
            }
        ),
        Case(
            {
                "src/proxy.ts": """\
export function proxy(request) {
  if (!request.cookies.get("session")) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "src/app/page.tsx": "export default function Page() { return null; }\n",
            }
        ),
        Case(
            {
                "web/app/lib/middleware.ts": """\
import { NextResponse } from "next/server";
export function middleware(request) { return NextResponse.redirect("/login"); }
""",
                "web/middleware.ts": """\
import { middleware as inner } from "./app/lib/middleware";
export function middleware(request) { return inner(request); }
""",
            }
        ),
    ),
)
