import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching, literal

_FILE: Final = lazy(r"(^|/)(?:middleware|proxy)\.[jt]sx?$")
_COOKIE: Final = lazy(r"cookies\s*\.(?:get|has)\(\s*([^()]+)\)|\bgetSessionCookie\(")
_VERIFIES: Final = lazy(
    r"getSession\(|getServerSession|verify|betterFetch|getCookieCache|get-session|\bauth\(|decrypt",
    re.IGNORECASE,
)
_ASKS: Final = lazy(r"api\.getSession\(|getServerSession\(|\bawait auth\(\)")
_CREDENTIAL: Final = lazy(r"[Cc]ookie[\"']?\s*[:,]|Authorization")
_SESSION: Final = lazy(r"sess|token|auth|jwt|sid$|logged|user", re.IGNORECASE)
_DECODES: Final = lazy(r"\batob\(|\bjwt_?[dD]ecode\(|\bdecodeJwt\(")
_ISSUED: Final = lazy(r"better-auth|session_token|next-auth|authjs")
_RENDERED: Final = lazy(r"(^|/)(?:layout|page|template)\.[jt]sx?$")
_TESTS: Final = lazy(r"if\s*\([^)]*!\s*\w*(?:session|token|cookie|auth)\w*", re.IGNORECASE)


def _checked_when_rendered(facts: Facts) -> bool:
    """Whether pages ask for the session on the server, or fetch there what the API protects."""
    protected = any(r.protected for r in facts.routes)
    for module in facts.scripts:
        if module not in facts.handlers and protected and _forwards(module):
            return True
        if _RENDERED.search(module.path) and not is_client(module):
            used = (facts.project.module_of(module, i.module) for i in module.imports)
            if any(m and not is_client(m) and _ASKS.search(m.code) for m in (module, *used)):
                return True
    return False


def _forwards(module: Module) -> bool:
    """Whether a server module calls an API with the cookies of the request."""
    taken = any(i.module in {"next/headers", "server-only"} for i in module.imports)
    return taken and "fetch(" in module.code and bool(_CREDENTIAL.search(module.code))


def _name_of(module: Module, match: re.Match[str]) -> str | None:
    """Return the name of the cookie, written there or in a constant of the file."""
    given = (match[1] or "").strip()
    constant = module.variables.get(given)
    return literal(constant.value if constant else given)


def _opens(module: Module, match: re.Match[str]) -> bool:
    """Whether a cookie is one of a session, as far as its name is written."""
    name = _name_of(module, match)
    return name is None or bool(_SESSION.search(name))


def _knows_one_name(module: Module, match: re.Match[str]) -> bool:
    """Whether the guard knows the development name of the cookie alone, another defect.

    A cookie that the project writes itself has the same name everywhere.
    """
    name = _name_of(module, match)
    named = name is None or bool(_ISSUED.search(name))
    return named and "__Secure-" not in module.code and "getSessionCookie" not in match[0]


def _is_decoded(facts: Facts) -> bool:
    """Whether the browser takes its user out of the token, so that not any text is one."""
    return any(_DECODES.search(m.code) for m in facts.scripts)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield page guards that only look for a cookie, where no page verifies anything behind them."""
    if _checked_when_rendered(facts):
        return
    protected = any(r.protected for r in facts.routes)
    for module in facts.scripts:
        if not _FILE.search(module.path) or _VERIFIES.search(module.code):
            continue
        found = next(
            (f for f in lines_matching(module.code, _COOKIE) if _opens(module, f[1])), None
        )
        if not found or "redirect" not in module.code or facts.is_stray_guard(module):
            continue
        if protected and (_knows_one_name(module, found[1]) or _is_decoded(facts)):
            continue
        place = next(lines_matching(module.code, _TESTS), None)
        name = _name_of(module, found[1])
        message = f"Any value of the session cookie{f' {name}' if name else ''} opens the pages."
        yield at(module, place[0] if place else found[0], message)


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
                "web/proxy.ts": """\
const NAME = "auth_token";
const read = (request) => request.cookies.get(NAME)?.value;
export default function proxy(request) {
  if (!read(request)) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "web/app/page.tsx": "export default function Page() {}\n",
                "web/src/app/page.tsx": "export default function Page() {}\n",
            }
        ),
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
        Case(
            {
                "src/proxy.ts": """\
import { getSessionCookie } from "better-auth/cookies";
export function proxy(request) {
  if (!getSessionCookie(request)) return NextResponse.redirect(new URL("/login", request.url));
}
"""
            }
        ),
        Case(
            {
                "src/middleware.ts": """\
const NAMES = ["better-auth.session_token", "__Secure-better-auth.session_token"];
export function middleware(request) {
  const cookie = NAMES.map((n) => request.cookies.get(n)).find((c) => c?.value);
  if (!cookie) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "src/app/dashboard/page.tsx": """\
"use client";
export default function Page() {
  const { data } = authClient.getSession();
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "middleware.ts": """\
export function middleware(request) {
  if (!request.cookies.get("NEXT_LOCALE")) return NextResponse.redirect(new URL("/en", request.url));
}
"""
            }
        ),
        Case(
            {
                "proxy.ts": """\
import { getSessionCookie } from "better-auth/cookies";
export function proxy(request) {
  if (!getSessionCookie(request)) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "lib/api-server.ts": """\
import { cookies } from "next/headers";
export const get = async (path) => fetch(API + path, { headers: { cookie: (await cookies()).toString() } });
""",
                "api/main.py": """\
from fastapi import Depends, FastAPI

app = FastAPI()

@app.get("/a")
def a(user=Depends(get_current_user)):
    return user
""",
            }
        ),
        Case(
            {
                "middleware.ts": """\
import { getSessionCookie } from "better-auth/cookies";
export function middleware(request) {
  if (!getSessionCookie(request)) return NextResponse.redirect(new URL("/login", request.url));
}
""",
                "app/dashboard/layout.tsx": """\
export default async function Layout({ children }) {
  const session = await auth.api.getSession({ headers: await headers() });
  if (!session) redirect("/login");
  return children;
}
""",
            }
        ),
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
