import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mends import add_argument
from authpact.review._model import Call, Module
from authpact.review._rule import Case, Hit, Rule, at

_CHALLENGE: Final = 'headers={"WWW-Authenticate": "Bearer"}'


def _is_bare(module: Module, call: Call) -> bool:
    status = call.text_of("status_code", 1 if call.last == "JSONResponse" else 0)
    refuses = re.search(r"\b401\b|HTTP_401", status) and not call.get("headers", 2)
    if not refuses or call.last == "HTTPException":
        return bool(refuses)
    function = module.function_of(call)
    own = function is not None and (
        function.name == "dispatch" or any(d.last == "middleware" for d in function.decorators)
    )
    return own or bool(function and re.search(r"\bcall_next\b", function.text))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield 401 answers without a challenge, the first of each function."""
    seen: set[tuple[str, int]] = set()
    for module in facts.python:
        for call in module.called("HTTPException", "JSONResponse"):
            function = module.function_of(call)
            if function is None or not _is_bare(module, call):
                continue
            if not re.search(
                r"token|credential|authori[sz]ation|cookie|\bHeader\(", function.text, re.IGNORECASE
            ):
                continue
            if (module.path, function.line) not in seen:
                seen.add((module.path, function.line))
                mend = add_argument(module, call, _CHALLENGE, safe=True)
                yield at(module, call, "This 401 carries no `WWW-Authenticate: Bearer`.", mend=mend)


RULE = Rule(
    requirement="error:unauthenticated",
    category="missing-www-authenticate",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A 401 is sent without a challenge.",
    why="RFC 6750 and RFC 9110 demand the header; clients read from it what to do.",
    remedy='Add `headers={"WWW-Authenticate": "Bearer"}`.',
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from fastapi import HTTPException, Header

def current(x_caller: str = Header(None)):
    if not x_caller:
        raise HTTPException(status_code=401, detail="no")
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from fastapi import HTTPException

def read(token):
    raise HTTPException(status_code=401, detail="no")
"""
            }
        ),
        Case(
            {
                "guard.py": """\
class Guard(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if not request.headers.get("Authorization"):
            return JSONResponse({"detail": "no"}, status_code=401)
        return await call_next(request)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
from fastapi import HTTPException

def read(token):
    raise HTTPException(status_code=401, detail="no", headers={"WWW-Authenticate": "Bearer"})
"""
            }
        ),
    ),
)
