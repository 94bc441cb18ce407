import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_INSIDE: Final = lazy(r"^(?:.*/)?app/(?:[^/]+/)*(?:middleware|proxy)\.[jt]s$")
_GUARD: Final = lazy(
    r"^export\s+(?:default\s+)?(?:async\s+)?(?:function|const)\s+(?:middleware|proxy)\b",
    re.MULTILINE,
)
_ABOUT: Final = lazy(r"redirect|session|token|cookie|auth", re.IGNORECASE)


_NEXT: Final = lazy(r"\"next\"\s*:\s*\"[\^~]?(\d+)\.")
_RENAMED: Final = 16
"""The first Next.js that knows proxy.ts; before, the file had to be called middleware.ts."""


def _is_too_new(facts: Facts, module: Module) -> bool:
    """Whether a proxy.ts stands beside a Next.js that only knows middleware.ts."""
    folder, _, name = module.path.rpartition("/")
    if not re.fullmatch(r"proxy\.[jt]s", name):
        return False
    home = folder.removesuffix("src").strip("/")
    path = f"{home}/package.json" if home else "package.json"
    given = next((s.text for s in facts.environment.plain(r"package\.json$") if s.path == path), "")
    version = _NEXT.search(given)
    return bool(version and int(version[1]) < _RENAMED)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield route guards in places where Next.js does not look for them."""
    for module in facts.scripts:
        inside = _INSIDE.match(module.path) and "NextResponse" in module.code
        stray = inside or facts.is_stray_guard(module) or _is_too_new(facts, module)
        if not stray or module.path in facts.imported:
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
                "web/package.json": '{"dependencies": {"next": "^15.3.0"}}\n',
                "web/proxy.ts": """\
export function proxy(request) {
  if (!request.cookies.get("session")) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "web/app/page.tsx": "export default function Page() { return null; }\n",
            }
        ),
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
                "web/package.json": '{"dependencies": {"next": "^16.0.0"}}\n',
                "web/proxy.ts": """\
export function proxy(request) {
  if (!request.cookies.get("session")) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "web/app/page.tsx": "export default function Page() { return null; }\n",
            }
        ),
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
