import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._mends import add_argument
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._error_handlers import service_of
from authpact.review.facts._facts import Facts
from authpact.review.facts._signs import METHODS
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy

_CREDENTIAL: Final = lazy(r"token|credential|authori[sz]ation|cookie|\bHeader\(", re.IGNORECASE)
_CALLER: Final = lazy(
    r"(?:Depends|Security)\(\s*[\w.]*(?:current|auth|verif|session|user)", re.IGNORECASE
)
_REFUSAL: Final = lazy(r"\b401\b|HTTP_401|UNAUTHORIZED")
_KEY: Final = lazy(r"\bx[-_][\w-]*(?:key|secret|signature)\b|APIKeyHeader", re.IGNORECASE)
_SCHEME: Final = lazy(r"authori[sz]ation|bearer|cookie|jwt|\.credentials\b", re.IGNORECASE)
_MESSAGE: Final = "This 401 carries no `WWW-Authenticate: Bearer`."
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


def _relayed(facts: Facts) -> Iterator[tuple[Module, Call]]:
    """Yield errors of the tree that are no HTTPException, and whose handler adds no challenge."""
    bare = {h.caught for h in facts.error_handlers if h.drops_headers}
    bare &= {k.name for m in facts.python for k in m.classes}
    for module in facts.python if bare else ():
        for call in module.calls:
            if call.last not in bare or not any(_REFUSAL.search(a.text) for a in call.arguments):
                continue
            function = module.function_of(call)
            if function is not None and _CREDENTIAL.search(function.text):
                yield module, call


def _takes_key(function: Function) -> bool:
    """Whether a function asks for a key in a header of its own: no scheme has a challenge for it."""
    return bool(_KEY.search(function.text)) and not _SCHEME.search(function.text)


def _presents(function: Function) -> bool:
    """Whether a function judges a credential, or who a dependency says is calling."""
    given = (f"{p.annotation} {p.default}" for p in function.parameters)
    is_route = any(d.last in METHODS for d in function.decorators)
    return bool(_CREDENTIAL.search(function.text)) or (
        not is_route and any(_CALLER.search(text) for text in given)
    )


def _bare(facts: Facts) -> Iterator[tuple[Module, Call]]:
    """Yield 401 answers of verifiers without a challenge that can be reached."""
    walled = {(r.module.path, r.function.line) for r in facts.served if r.shielded}
    for module in facts.python:
        for call in module.called("HTTPException", "JSONResponse"):
            function = module.function_of(call)
            if function is None or not _is_bare(module, call) or _takes_key(function):
                continue
            if (module.path, function.line) in walled:
                continue
            if _presents(function) or (
                call.last == "JSONResponse" and _answers_for_middleware(module, function)
            ):
                yield module, call


def check(facts: Facts) -> Iterator[Hit]:
    """Yield 401 answers without a challenge, the first of each function."""
    for module, call in _own_errors(facts):
        yield at(module, call, _MESSAGE)
    dropped = {
        service_of(h.module)
        for h in facts.error_handlers
        if h.caught.endswith("HTTPException") and h.drops_headers
    }
    seen: set[tuple[str, int]] = set()
    for module, call in (*_relayed(facts), *_bare(facts)):
        if (module.path, call.function) in seen:
            continue
        seen.add((module.path, call.function))
        lost = call.last != "JSONResponse" and service_of(module) in dropped
        helps = call.last in {"HTTPException", "JSONResponse"} and not lost
        mend = add_argument(module, call, _CHALLENGE, safe=True) if helps else None
        yield at(module, call, _MESSAGE, mend=mend)


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
class Trouble(Exception):
    def __init__(self, text, status=400):
        self.status = status
""",
                "main.py": """\
from errors import Trouble

@app.exception_handler(Trouble)
async def on_trouble(request, exc):
    return JSONResponse({"text": str(exc)}, status_code=exc.status)
""",
                "auth.py": """\
from errors import Trouble

def read(token):
    if token in ENDED:
        raise Trouble("no", status=401)
""",
            }
        ),
        Case(
            {
                "own.py": """\
def own(name: str, person=Depends(current_person)):
    if not person.get("id"):
        raise HTTPException(status_code=401)
    return person
"""
            }
        ),
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
                "machines.py": """\
def machine(x_machine_key: str = Header()):
    if x_machine_key not in MACHINES:
        raise HTTPException(status_code=401, detail="no")
""",
                "main.py": """\
from fastapi import Depends, FastAPI, HTTPException, Request

def known(header=Depends(HTTPBearer())):
    return jwt.decode(header.credentials, KEY, algorithms=["ES256"])

app = FastAPI(dependencies=[Depends(known)])

@app.get("/boats")
def boats(request: Request):
    if not request.cookies.get("kept"):
        raise HTTPException(status_code=401)
    return 1
""",
            }
        ),
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
