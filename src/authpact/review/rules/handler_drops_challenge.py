import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._error_handlers import service_of
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_ERROR: Final = frozenset({"HTTPException", "StarletteHTTPException"})
_CHALLENGES: Final = lazy(r"WWW-Authenticate|HTTPBearer\(|OAuth2PasswordBearer\(", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that build another answer and leave the headers of the error out."""
    found = [h for h in facts.error_handlers if h.caught in _ERROR and h.drops_headers]
    if not found:
        return
    homes = {service_of(m) for m in facts.python if _CHALLENGES.search(m.code)}
    for handler in found:
        # Where others challenge, a service that challenges nobody has nothing to drop.
        if not homes or service_of(handler.module) in homes:
            message = "The headers of the error, its challenge too, are dropped."
            yield at(handler.module, handler.function, message)


RULE = Rule(
    requirement="error:unauthenticated",
    category="missing-www-authenticate",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="An exception handler drops the challenge.",
    why="A dependency sets WWW-Authenticate on its 401, but the new answer leaves without it.",
    remedy='Pass them on: `JSONResponse(…, headers=getattr(exc, "headers", None))`.',
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
@app.exception_handler(HTTPException)
async def on_error(request, exc):
    log.info(request.headers.get("user-agent"))
    return JSONResponse({"code": exc.status_code}, status_code=exc.status_code)
"""
            }
        ),
        Case(
            {
                "main.py": """\
@app.exception_handler(HTTPException)
async def on_error(request, exc):
    return JSONResponse({"code": exc.status_code}, status_code=exc.status_code)
"""
            }
        ),
        Case(
            {
                "errors.py": """\
async def on_error(request, exc: StarletteHTTPException):
    return JSONResponse({"message": exc.detail}, status_code=exc.status_code)
""",
                "main.py": """\
from errors import on_error

app.add_exception_handler(StarletteHTTPException, on_error)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "services/letters/main.py": """\
@app.exception_handler(HTTPException)
async def on_error(request, exc):
    return JSONResponse({"code": exc.status_code}, status_code=exc.status_code)
""",
                "services/notes/guard.py": """\
def refuse():
    raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
""",
            }
        ),
        Case(
            {
                "main.py": """\
@app.exception_handler(HTTPException)
async def on_error(request, exc):
    return JSONResponse({"code": exc.status_code}, exc.status_code, headers=exc.headers)

@app.exception_handler(RateLimited)
async def on_limit(request, exc):
    return JSONResponse({"code": 429}, 429)
"""
            }
        ),
    ),
)
