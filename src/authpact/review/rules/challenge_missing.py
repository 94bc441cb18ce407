import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._mends import add_argument
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Function, Module

_CREDENTIAL: Final = re.compile(
    r"token|credential|authori[sz]ation|cookie|\bHeader\(", re.IGNORECASE
)
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
    if own or (function and re.search(r"\bcall_next\b", function.text)):
        return True
    return function is not None and _answers_for_middleware(module, function)


def _answers_for_middleware(module: Module, function: Function) -> bool:
    """Whether a function makes the answer that a middleware of its module returns."""
    answer = rf"\breturn\s+(?:await\s+)?(?:self\.|cls\.)?{re.escape(function.name)}\("
    return any(
        {"call_next", "receive"} & {p.name for p in f.parameters}
        and f is not function
        and re.search(answer, f.text)
        and _CREDENTIAL.search(f.text)
        for f in module.functions
    )


def _own_errors(facts: Facts) -> Iterator[tuple[Module, Call]]:
    """Yield errors of the tree that are a 401 without a challenge, where verifiers raise them."""
    for module in facts.python:
        bases = {c.name: c.bases for c in module.classes}
        for call in module.called("__init__"):
            function = module.function_of(call)
            owner = function.owner if function else ""
            if not any(b.endswith("HTTPException") for b in bases.get(owner, ())):
                continue
            refuses = re.search(r"\b401\b|HTTP_401", call.text_of("status_code", 0))
            if refuses and not call.get("headers", 2) and _is_raised(facts, owner):
                yield module, call


def _is_raised(facts: Facts, name: str) -> bool:
    raised = rf"\braise\s+(?:\w+\.)?{name}\b"
    return any(
        re.search(raised, f.text) and _CREDENTIAL.search(f.text)
        for m in facts.python
        if name in m.code
        for f in m.functions
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield 401 answers without a challenge, the first of each function."""
    for module, call in _own_errors(facts):
        yield at(module, call, "This 401 carries no `WWW-Authenticate: Bearer`.")
    seen: set[tuple[str, int]] = set()
    for module in facts.python:
        for call in module.called("HTTPException", "JSONResponse"):
            function = module.function_of(call)
            if function is None or not _is_bare(module, call):
                continue
            if not _CREDENTIAL.search(function.text) and not (
                call.last == "JSONResponse" and _answers_for_middleware(module, function)
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
                "errors.py": """\
class SignedOut(HTTPException):
    def __init__(self):
        super().__init__(status_code=401, detail="signed out")
""",
                "auth.py": """\
def read(credentials):
    if credentials is None:
        raise SignedOut()
""",
            }
        ),
        Case(
            {
                "gate.py": """\
class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if "authorization" not in request.headers:
            return self.refuse()
        return await call_next(request)

    def refuse(self):
        return JSONResponse({"detail": "no"}, status_code=401)
"""
            }
        ),
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
                "errors.py": """\
class SignedOut(HTTPException):
    def __init__(self):
        super().__init__(401, "signed out", {"WWW-Authenticate": "Bearer"})

class WrongPassword(HTTPException):
    def __init__(self):
        super().__init__(status_code=401, detail="wrong")
""",
                "auth.py": """\
def read(credentials):
    if credentials is None:
        raise SignedOut()

def enter(form):
    raise WrongPassword()
""",
            }
        ),
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
