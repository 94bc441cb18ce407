import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module

_ERROR: Final = re.compile(r"(?:^|\.)(?:Starlette)?HTTPException$")
_CHALLENGES: Final = re.compile(r"\b401\b|_401_|WWW-Authenticate|HTTPBearer|OAuth2\w*\(")
_KEEPS: Final = re.compile(r"headers|\bhttp_exception_handler\(|\braise\b")


def _registered(facts: Facts) -> Iterator[tuple[Module, Function]]:
    """Yield the functions that answer for every HTTPException."""
    for module in facts.python:
        for function in module.functions:
            for decorator in function.decorators:
                if decorator.last == "exception_handler" and _ERROR.search(
                    decorator.text_of("exc_class_or_status_code", 0)
                ):
                    yield module, function
        for call in module.called("add_exception_handler"):
            if _ERROR.search(call.text_of("exc_class_or_status_code", 0)):
                found = facts.project.function(module, call.text_of("handler", 1))
                if found:
                    yield found


def _service(module: Module) -> str:
    """Return the folder of the service that a file belongs to."""
    parts = module.path.split("/")[:-1]
    deep = 2 if parts and parts[0] in {"apps", "packages", "services"} else 1
    return "/".join(parts[:deep])


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that build another answer and leave the headers of the error out."""
    challenging = {_service(m) for m in facts.python if _CHALLENGES.search(m.code)}
    for module, function in _registered(facts):
        if _service(module) not in challenging:
            continue
        if not _KEEPS.search(function.text.partition(":")[2]):
            yield at(module, function, "The headers of the error, its challenge too, are dropped.")


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
bearer = HTTPBearer()

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

bearer = OAuth2PasswordBearer(tokenUrl="/token")
app.add_exception_handler(StarletteHTTPException, on_error)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "services/mail/main.py": """\
@app.exception_handler(HTTPException)
async def on_error(request, exc):
    return JSONResponse({"code": exc.status_code}, status_code=exc.status_code)
""",
                "backend/main.py": "bearer = HTTPBearer()\n",
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
