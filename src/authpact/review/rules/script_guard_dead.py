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

_SERVER: Final = lazy(
    r"^export\s+(?:default\s+)?(?:async\s+)?(?:function|const|let)\s+"
    r"(?:middleware|proxy|(?:require|with|ensure|verify|check|protect|guard|authenticate)\w*"
    r"(?:[aA]uth|[sS]ession|[uU]ser|[tT]oken|[lL]ogin|[aA]dmin|[rR]ole)\w*|authMiddleware|authenticate)\b",
    re.MULTILINE,
)
_REFUSES: Final = lazy(
    r"\b40[13]\b|Unauthorized|NextResponse\.(?:redirect|next)\(|\bredirect\(|\bthrow\s+new\b"
)
_NEXT: Final = lazy(r"^export\b", re.MULTILINE)
_COMPONENT: Final = lazy(
    r"^export\s+(?:default\s+)?(?:async\s+)?(?:function|const|class)\s+"
    r"((?:Protected|Private|Guarded|Authenticated)(?:Route|Page|Layout)\w*|Auth(?:Guard|Gate|Wall)"
    r"|(?:Require|With|Ensure)(?:Auth|Session|Login|User|Admin|Role)\w*|(?:Role|Admin|Route)Guard"
    r"|with(?:Auth|Session|Protection)\w*)\b",
    re.MULTILINE,
)
_ASKS: Final = lazy(r"session|auth|token|\buser\b", re.IGNORECASE)
_HIDES: Final = lazy(r"children|Component|<Outlet")
_COPY: Final = lazy(r"backup|old|legacy|archive|examples?/", re.IGNORECASE)


def _is_guarded(facts: Facts, home: str) -> bool:
    """Whether a front end has a middleware that Next.js does load."""
    return any(
        GUARD_FILE.search(m.path)
        and m.path.startswith(home)
        and not facts.loaded.is_dead(m.path)
        and "redirect" in m.code
        for m in facts.scripts
    )


def _server_guard(module: Module) -> int:
    """Return the line of an exported function that refuses requests, 0 when there is none."""
    for line, _ in lines_matching(module.code, _SERVER):
        body = "\n".join(module.code.split("\n")[line - 1 :])
        own = _NEXT.split(body)[1]
        if _REFUSES.search(own) and _ASKS.search(own):
            return line
    return 0


def _component(facts: Facts, module: Module) -> int:
    """Return the line of a component that hides pages, 0 when there is none that misleads."""
    found = next(lines_matching(module.code, _COMPONENT), None)
    home = facts.loaded.home_of(module.path)
    if found is None or home is None or not _HIDES.search(module.code):
        return 0
    # What it asks is dead too where a scheme was given up as a whole.
    asked = facts.loaded.asked_by(module.path)
    given_up = any(facts.loaded.is_dead(p) for p in asked)
    # Beside a middleware that is loaded a wrapper of pages is a convenience.
    return 0 if given_up or _is_guarded(facts, home) else found[0]


def check(facts: Facts) -> Iterator[Hit]:
    """Yield modules that claim to guard pages or handlers and that nothing served leads to."""
    for module in facts.scripts:
        dead = facts.loaded.is_dead(module.path) and not _COPY.search(module.path)
        if not dead or facts.is_stray_guard(module):
            continue
        line = _server_guard(module) or _component(facts, module)
        if line:
            yield at(module, line, "Nothing that is served loads this guard.")


_PAGE: Final = {
    "web/package.json": '{"dependencies": {"next": "16.0.0"}}\n',
    "web/app/page.tsx": 'import { Menu } from "@/components/menu";\n',
}
_GATE: Final = """\
import { useSession } from "@/lib/session";
export function RequireAuth({ children }) {
  const { user } = useSession();
  return user ? children : null;
}
"""

RULE = Rule(
    requirement="access:documented",
    category="auth-dependency-unused",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A guard of the front end is dead code.",
    why="Readers take it for what protects the pages; no page or handler that is served loads it.",
    remedy="Use it where the pages are, or remove it.",
    check=check,
    flagged=(
        Case({**_PAGE, "web/components/gate.tsx": _GATE}),
        Case(
            {
                **_PAGE,
                "web/src/lib/guard.ts": """\
export async function requireUser(request) {
  const token = request.headers.get("authorization");
  if (!token) throw new Error("Unauthorized");
}
""",
                # Next.js never looks into src/app/ when app/ is there.
                "web/src/app/api/tasks/route.ts": """\
import { requireUser } from "@/lib/guard";
export async function GET(request) { return list(await requireUser(request)); }
""",
            }
        ),
        Case(
            {
                **_PAGE,
                "web/lib/middleware/session.ts": """\
export const authMiddleware = (request) => {
  if (!request.cookies.get("session")) return NextResponse.redirect("/login");
};
""",
                "web/lib/middleware/session.test.ts": """\
import { authMiddleware } from "./session";
it("redirects without a session", () => authMiddleware({}));
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                **_PAGE,
                "web/components/gate.tsx": _GATE,
                "web/lib/session.ts": "export const useSession = () => former.session();\n",
            }
        ),
        Case(
            {
                **_PAGE,
                "web/lib/jwt.ts": """\
function key() { if (!process.env.KEY) throw new Error("no key"); }
export async function verifyToken(token) {
  return (await jwtVerify(token, key())).payload;
}
""",
            }
        ),
        Case(
            {
                **_PAGE,
                "web/components/gate.tsx": _GATE,
                # Nothing in this one is about authentication; its import counts all the same.
                "web/components/menu.tsx": 'export { RequireAuth as Menu } from "./gate";\n',
            }
        ),
        Case(
            {
                **_PAGE,
                "web/components/gate.tsx": _GATE,
                "web/middleware.ts": """\
export function middleware(request) {
  if (!request.cookies.get("session")) return NextResponse.redirect("/login");
}
""",
            }
        ),
        Case(
            {
                **_PAGE,
                "web/components/gate.tsx": _GATE,
                # An alias of the build that is not followed may mean the file.
                "web/app/tasks/page.tsx": 'import { RequireAuth } from "@ui/gate";\n',
            }
        ),
        Case(
            {
                "web/package.json": '{"dependencies": {"vite": "7.0.0"}}\n',
                "web/index.html": '<script type="module" src="/src/main.tsx"></script>\n',
                "web/src/main.tsx": 'const Gate = lazy(() => import("./gate"));\n',
                "web/src/gate.tsx": _GATE,
            }
        ),
    ),
)
