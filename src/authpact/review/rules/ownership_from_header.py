import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_WHO: Final = r"(?:x[-_])?(?:auth(?:enticated)?[-_])?(?:user|owner|account|tenant|org(?:ani[sz]ation)?)(?:[-_]?(?:id|email|name))?"
_HEADER: Final = lazy(
    rf"headers(?:\(\))?\)?(?:\.get\(|\[)\s*[\"']{_WHO}[\"']"
    rf"|Header\([^)\n]*alias\s*=\s*[\"']{_WHO}[\"']"
    rf"|\bx_(?:user|owner|account|tenant|org(?:ani[sz]ation)?)(?:_?(?:id|email))?\s*:[^=\n,)]*=\s*Header\("
    r"|\b(?:user|owner|account|tenant)_(?:id|email)\s*:[^=\n,)]*=\s*Header\("
    r"|\b(?:x_)?(?:user|owner|account|tenant)_(?:id|email)\s*:\s*Annotated\[[^\]\n]*Header\(",
    re.IGNORECASE,
)
_PROVED: Final = lazy(
    r"hmac|compare_digest|timingSafeEqual|signature|internal_?(?:key|secret|token)|service_?(?:key|secret|token)"
    r"|verify|getSession|jwt\.decode|Depends\(\s*(?:get_current|require)",
    re.IGNORECASE,
)
_SETS: Final = lazy(rf"\.set\(\s*[\"']{_WHO}[\"']", re.IGNORECASE)


def _modules(facts: Facts) -> Iterator[Module]:
    """Yield where a header may be read; a middleware of Next.js may have written it itself."""
    yield from facts.python
    if not any(_SETS.search(m.code) for m in facts.scripts if m not in facts.handlers):
        yield from facts.handlers


def _only_present(text: str, found: str) -> bool:
    """Whether a function only asks that the header is there."""
    made = re.search(rf"(?:const\s+)?(\w+)\s*=[^=\n]*{re.escape(found)}", text)
    if made is None:
        return False
    uses = re.findall(rf"(not\s+|!)?\b{made[1]}\b(?!\s*=[^=])", re.sub(r"([\"'`]).*?\1", "", text))
    return bool(uses) and all(uses)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield functions that believe a header about who calls."""
    for module in _modules(facts):
        for function in module.functions:
            found = next(lines_matching(function.text, _HEADER, "eader"), None)
            if not found or function.parent >= 0 or _PROVED.search(function.text):
                continue
            if not _only_present(function.text, found[1][0]):
                yield at(
                    module,
                    function.line + found[0] - 1,
                    "Who calls is read from a header that anybody can set.",
                )


RULE = Rule(
    requirement="ownership:owner-from-token",
    category="ownership-trusts-client-user-id",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="The user is taken from a plain header.",
    why="Anybody writes another id into the header and is that user.",
    remedy="Take the user from the verified token.",
    check=check,
    flagged=(
        Case(
            {
                "harbour.py": """\
async def harbour_of(x_organization_id: str = Header(...), db=Depends(get_db)):
    return db.get(Harbour, x_organization_id)
"""
            }
        ),
        Case(
            {
                "deps.py": """\
def current_user(request):
    return request.headers.get("X-User-Id")
"""
            }
        ),
        Case(
            {
                "deps.py": """\
def current_user(request):
    headers = request.headers
    return headers.get("user_id")
"""
            }
        ),
        Case(
            {
                "main.py": """\
def tasks(user_id: Annotated[str, Header()], db=Depends(get_db)):
    return db.query(user_id)
"""
            }
        ),
        Case(
            {
                "app/api/chat/route.ts": """\
export const POST = async (req) => {
  const owner = req.headers.get("x-user-id");
  return fetch(API, { headers: { "x-user-id": owner } });
};
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "deps.py": """\
def labelled(request):
    user_id = request.headers.get("X-User-Id")
    if not user_id:
        raise HTTPException(400, "user_id is missing")
"""
            }
        ),
        Case(
            {
                "app/api/chat/route.ts": """\
export async function POST(req) {
  const owner = req.headers.get("x-user-id");
  return Response.json(await rows(owner));
}
""",
                "middleware.ts": """\
export async function middleware(req) {
  const session = await auth.api.getSession({ headers: req.headers });
  const headers = new Headers(req.headers);
  headers.set("x-user-id", session.user.id);
  return NextResponse.next({ request: { headers } });
}
""",
            }
        ),
        Case(
            {
                "deps.py": """\
def current_user(request):
    verify_signature(request)
    return request.headers.get("X-User-Id")
"""
            }
        ),
    ),
)
