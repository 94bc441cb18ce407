import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._cors import Cors
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

_REFUSES: Final = lazy(r"\b401\b|HTTP_401")


def _text_of(facts: Facts, module: Module, name: str) -> str:
    """Return the code of a middleware class or of a function that is one."""
    found = facts.project.symbol(module, name) if re.fullmatch(r"[A-Za-z_][\w.]*", name) else None
    if found is None:
        return ""
    texts = {f.name: f.text for f in found.module.functions}
    texts |= {k.name: k.text for k in found.module.classes}
    return texts.get(found.name, "")


def _outside(facts: Facts, cors: Cors) -> Iterator[tuple[int, str, str]]:
    """Yield (line, name, code) of what runs before CORS: what was added after it."""
    module = cors.module
    for call in module.called("add_middleware"):
        if call.line > cors.call.line and cors.call.last == "add_middleware":
            name = call.text_of("middleware_class", 0)
            used = name if name != "BaseHTTPMiddleware" else call.text_of("dispatch")
            yield call.line, name, _text_of(facts, module, used)
    for function in module.functions:
        hooks = [d for d in function.decorators if d.last == "middleware"]
        if hooks and function.parent == cors.call.function and hooks[0].line > cors.call.line:
            yield hooks[0].line, function.name, function.text
    yield from _listed(facts, cors)


def _listed(facts: Facts, cors: Cors) -> Iterator[tuple[int, str, str]]:
    """Yield what stands before CORS in a list of middleware: the first is the outermost."""
    module = cors.module
    if cors.call.last != "Middleware":
        return
    spans = [
        *((c.line, c.end_line) for c in module.called("FastAPI", "Starlette")),
        *((a.line, a.line + a.value.count("\n")) for a in module.assignments),
    ]
    first = max((a for a, b in spans if a <= cors.call.line <= b), default=cors.call.line)
    for call in module.called("Middleware"):
        if first <= call.line and call.start < cors.call.start:
            name = call.text_of("cls", 0)
            yield call.line, name, _text_of(facts, module, name)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield guarding middleware that stands outside of CORS."""
    for cors in facts.cors:
        for line, name, text in _outside(facts, cors):
            if not _REFUSES.search(text):
                continue
            passes = "OPTIONS" in text
            problem = (
                "its refusals carry no CORS headers" if passes else "refuses preflight requests"
            )
            severity = Severity.LOW if passes else None
            yield at(cors.module, line, f"{name} runs before CORS: {problem}.", severity)


RULE = Rule(
    requirement="browser:cors",
    category="cors-auth-middleware-order",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Authentication middleware stands outside of CORS.",
    why="Middleware added last runs first: what it refuses carries no CORS headers, preflight requests too unless it lets OPTIONS through.",
    remedy="Add CORSMiddleware last.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["http://a"])

@app.middleware("http")
async def guard(request, call_next):
    if "authorization" not in request.headers:
        return JSONResponse({}, 401)
    return await call_next(request)
"""
            }
        ),
        Case(
            {
                "main.py": """\
class Guard:
    async def __call__(self, scope, receive, send):
        await JSONResponse({}, 401)(scope, receive, send)

app = FastAPI(middleware=[Middleware(Guard), Middleware(CORSMiddleware, allow_origins=["http://a"])])
"""
            }
        ),
        Case(
            {
                "guard.py": """\
class Guard(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.method == "OPTIONS":
            return await call_next(request)
        return JSONResponse({}, status_code=401)
""",
                "main.py": """\
from guard import Guard

app.add_middleware(CORSMiddleware, allow_origins=["http://a"])
app.add_middleware(Guard)
""",
            }
        ),
        Case(
            {
                "main.py": """\
class Guard(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return JSONResponse({}, status_code=401)

app.add_middleware(CORSMiddleware, allow_origins=["http://a"])
app.add_middleware(Guard)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
@app.middleware("http")
async def guard(request, call_next):
    return JSONResponse({}, 401)

app.add_middleware(CORSMiddleware, allow_origins=["http://a"])
"""
            }
        ),
        Case(
            {
                "main.py": """\
class Guard:
    async def __call__(self, scope, receive, send):
        await JSONResponse({}, 401)(scope, receive, send)

app = FastAPI(middleware=[Middleware(CORSMiddleware, allow_origins=["http://a"]), Middleware(Guard)])
"""
            }
        ),
        Case(
            {
                "main.py": """\
class Guard(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return JSONResponse({}, status_code=401)

app.add_middleware(Guard)
app.add_middleware(CORSMiddleware, allow_origins=["http://a"])
"""
            }
        ),
    ),
)
