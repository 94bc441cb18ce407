import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._unused import Definition, unused
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_SHAPE: Final = lazy(
    r"Depends\(\s*\w*(?:security|bearer|oauth2|scheme)\w*|HTTPAuthorizationCredentials",
    re.IGNORECASE,
)


_VERIFIES: Final = lazy(r"\bdecode\(|get_signing_key|compare_digest\(|verify_id_token\(")
_REFUSES: Final = lazy(r"\b401\b|HTTP_401|\b403\b|HTTP_403|Unauthorized|\bdeny|\breject")
_CREDENTIAL: Final = lazy(r"[\"']authorization[\"']|cookies", re.IGNORECASE)
_TAKES: Final = frozenset({"call_next", "receive"})


def _is_wall(module: Module, text: str) -> bool:
    """Whether code reads a credential, has it verified here or beside it, and refuses."""
    if not (_CREDENTIAL.search(text) and _REFUSES.search(text)):
        return False
    helpers = (f.text for n, f in module.by_name.items() if re.search(rf"\b{n}\b", text))
    return bool(_VERIFIES.search(text)) or any(_VERIFIES.search(h) for h in helpers)


def _walls(module: Module) -> Iterator[Definition]:
    """Yield middleware, classes and functions, and decorators that verify tokens."""
    for one in module.classes:
        methods = [f for f in module.functions if f.owner == one.name]
        takes = {p.name for f in methods for p in f.parameters}
        if takes & _TAKES and _is_wall(module, one.text):
            yield Definition(module, one.name, one.line, one.end_line)
    for function in module.functions:
        if function.parent >= 0 or function.owner or function.decorators:
            continue
        inner = rf"\breturn\s+(?:{'|'.join(_inner(module, function)) or '(?!)'})\s*$"
        wraps = bool(re.search(inner, function.text, re.MULTILINE))
        gates = wraps or bool({p.name for p in function.parameters} & _TAKES)
        if gates and _is_wall(module, function.text):
            yield Definition(module, function.name, function.line, function.end_line)


def _inner(module: Module, function: Function) -> list[str]:
    return [
        re.escape(f.name)
        for f in module.functions
        if f.parent >= 0 and module.functions[f.parent] is function
    ]


def _left(facts: Facts, modules: list[Module]) -> Iterator[Hit]:
    """Yield middleware and decorators that verify tokens and that no code refers to."""
    given = [d for m in modules if not facts.is_left_behind(m) for d in _walls(m)]
    for one in unused(facts.project, given):
        message = f"{one.name} verifies tokens, but no application or route uses it."
        yield at(one.module, one.first, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield what verifies tokens while no route uses any."""
    routes = [r for r in facts.routes if r.reachable]
    open_ones = list[Module]()
    for module in facts.python:
        root = module.path.rpartition("/")[0].partition("/")[0]
        near = [r for r in routes if r.module.path.partition("/")[0] == root or not root]
        if not near or any(r.protected for r in near):
            continue
        open_ones.append(module)
        for function in module.functions:
            signature = " ".join(f"{p.annotation} {p.default}" for p in function.parameters)
            # An instance of a class is a dependency by another name.
            if function.name == "__call__" and any(
                a.value.startswith(f"{function.owner}(") for a in module.assignments
            ):
                continue
            if _SHAPE.search(signature) and not facts.is_reached(module, function):
                yield at(
                    module, function, f"{function.name} verifies tokens, but no route uses it."
                )
                break
    yield from _left(facts, open_ones)


RULE = Rule(
    requirement="access:deny-by-default",
    category="auth-dependency-unused",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="The dependency that verifies tokens is dead code.",
    why="The API looks protected and answers everybody.",
    remedy="Put the dependency on the router: `APIRouter(dependencies=[Depends(…)])`.",
    check=check,
    flagged=(
        Case(
            {
                "guard.py": """\
class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if not known(request.headers.get("authorization")):
            return JSONResponse({}, 401)
        return await call_next(request)

def known(header):
    return jwt.decode(header, KEY, algorithms=["ES256"])
""",
                "main.py": """\
from fastapi import FastAPI
app = FastAPI()
@app.get("/tasks")
def tasks():
    return []
""",
            }
        ),
        Case(
            {
                "guard.py": """\
def signed_in(handler):
    @wraps(handler)
    def inner(request, **rest):
        try:
            jwt.decode(request.headers["Authorization"], KEY, algorithms=["ES256"])
        except jwt.PyJWTError:
            raise HTTPException(401)
        return handler(request, **rest)
    return inner
""",
                "main.py": """\
from fastapi import FastAPI
from guard import signed_in
app = FastAPI()
@app.get("/tasks")
def tasks():
    return []
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def get_current_user(credentials=Depends(security)):
    return jwt.decode(credentials)

@app.get("/tasks")
def tasks(db=Depends(get_db)):
    return db.all()
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "guard.py": """\
class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if not jwt.decode(request.headers.get("authorization"), KEY, algorithms=["ES256"]):
            return JSONResponse({}, 401)
        return await call_next(request)
""",
                "main.py": """\
from fastapi import FastAPI
from guard import Gate
app = FastAPI(middleware=[Middleware(Gate)])
@app.get("/tasks")
def tasks():
    return []
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def get_current_user(credentials=Depends(security)):
    return jwt.decode(credentials)

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
"""
            }
        ),
    ),
)
