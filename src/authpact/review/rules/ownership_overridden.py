import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import actions, handlers
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_ME: Final = (
    r"(?:\w+[?!]?\.)*(?:user|session)[?!]?\.(?:id|userId)\b|(?:user|session|auth|current)UserId\b|\buserId\b"
    r"|(?:claims|payload|token)[?!]?\.sub\b"
)
_TAKEN: Final = (
    r"(?:searchParams|query|form|formData|data|headers|params)\.get\(\s*[\"'][\w-]+[\"']\s*\)"
    r"|(?:\w+\.)?(?:body|query|params|input|data|payload|json)[?!]?\.\w+"
)
_SCRIPT: Final = lazy(
    rf"(?:(?:{_TAKEN})(?:[?!]?\.toString\(\)|\s+as\s+string|!)?|\b(\w+))\s*(?:\?\?|\|\|)\s*(?:{_ME})"
)
_PRIVILEGED: Final = lazy(
    r"admin|superuser|staff|\.roles?\b|\[[\"']roles?[\"']\]|permission|is_?manager", re.IGNORECASE
)
_READ: Final = r"\b(?:const|let)\s+(?:\{{[^}}\n]*\b{0}\b[^}}\n]*\}}|{0})\s*=\s*(?:await\s+)?(?:{1}|\w+\.json\(\)|(?:\w+\.)?(?:params|query|body|searchParams)\b)"


def _in_script(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line from 1, text) where a value of the request stands before the caller's own id."""
    for line, match in lines_matching(text, _SCRIPT):
        name = match[1]
        if name and not re.search(_READ.format(re.escape(name), _TAKEN), text):
            continue
        compared = name and re.search(rf"\b{name}\s*[!=]==?\s*\w|[!=]==?\s*{name}\b", text)
        if not compared:
            yield line, match[0]


def _in_route(route: Route) -> tuple[int, str] | None:
    """Return the offset and text where a parameter of a route stands before the principal."""
    me, text = re.escape(route.principal), route.function.text
    member = r"(?:\.(?:id|sub|user_?id|uid|subject)\b|(?:\.get\(\s*|\[)[\"'](?:sub|id|user_?id)[\"'][\])]|(?![\w.\[(]))"
    names = [p for p in route.function.parameters if p.name != route.principal]
    for one in names:
        if "Depends" in one.default + one.annotation:
            continue
        field = r"(?:\.\w+|\.get\([\"']\w+[\"']\)|\[[\"']\w+[\"']\])?"
        given = rf"(?<![\w.]){re.escape(one.name)}{field}"
        found = re.search(
            rf"{given}\s+or\s+(?:str\()?{me}{member}|({given})\s+if\s+\1(?:\s+is\s+not\s+None)?\s+else\s+{me}{member}",
            text,
        )
        if found and not re.search(rf"{given}\s*[!=]=|[!=]=\s*{given}", text):
            return found.start(), found[0]
    return None


def check(facts: Facts) -> Iterator[Hit]:
    """Yield owners that the request may name, with the caller only as what it falls back to."""
    for handler in (*handlers(facts), *actions(facts)):
        text = handler.function.text
        if _PRIVILEGED.search(text) or "/admin" in handler.module.path:
            continue
        for line, taken in _in_script(text):
            message = f"`{taken}`: the request decides whose data it is."
            yield at(handler.module, handler.function.line + line - 1, message)
            break
    for route in facts.routes:
        if not (route.reachable and route.principal) or _PRIVILEGED.search(route.function.text):
            continue
        found = _in_route(route)
        if found:
            line = route.function.line + route.function.text.count("\n", 0, found[0])
            message = f"`{found[1]}`: the request decides whose data it is."
            yield at(route.module, line, message)


RULE = Rule(
    requirement="ownership:owner-from-token",
    category="ownership-trusts-client-user-id",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The request overrides whose data it is.",
    why="The verified user is only the default: whoever names somebody else in the request gets their data.",
    remedy="Use the verified user alone; let an administrator name others in a route that demands the role.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/trips/route.ts": """\
export async function GET(req) {
  const session = await auth.api.getSession({ headers: req.headers });
  const rider = req.nextUrl.searchParams.get("rider") || session.user.id;
  return Response.json(await trips.find({ rider }).toArray());
}
"""
            }
        ),
        Case(
            {
                "app/api/trips/route.ts": """\
export async function POST(req) {
  const session = await auth.api.getSession({ headers: req.headers });
  const { rider, to } = await req.json();
  await prisma.trip.create({ data: { to, riderId: rider ?? session.user.id } });
  return Response.json({});
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/trips")
def trips(rider: str | None = None, user=Depends(get_current_user), db=Depends(get_db)):
    return db.trips_of(rider or user.id)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/trips/route.ts": """\
export async function GET(req) {
  const session = await auth.api.getSession({ headers: req.headers });
  const title = req.nextUrl.searchParams.get("title") || session.user.name;
  const asked = req.nextUrl.searchParams.get("rider");
  if (asked && session.user.role !== "admin") return new Response("", { status: 403 });
  const rider = asked ?? session.user.id;
  return Response.json(await trips.find({ rider, title }).toArray());
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/trips")
def trips(rider: str | None = None, user=Depends(get_current_user), db=Depends(get_db)):
    if rider and rider != user.id:
        raise HTTPException(403)
    return db.trips_of(rider or user.id)
"""
            }
        ),
    ),
)
