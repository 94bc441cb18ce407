import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield guarding middleware that is added after, and so stands outside of, CORS."""
    for cors in facts.cors:
        later = [c for c in cors.module.called("add_middleware") if c.line > cors.call.line]
        for call in later:
            name = call.arguments[0].text if call.arguments else ""
            found = facts.project.symbol(cors.module, name)
            kind = (
                next((k for k in found.module.classes if k.name == found.name), None)
                if found
                else None
            )
            if kind and re.search(r"\b401\b|HTTP_401", kind.text):
                problem = (
                    "its refusals carry no CORS headers"
                    if "OPTIONS" in kind.text
                    else "refuses preflight requests"
                )
                yield at(cors.module, call, f"{name} runs before CORS: {problem}.")


RULE = Rule(
    requirement="browser:cors",
    category="cors-auth-middleware-order",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Authentication middleware stands outside of CORS.",
    why="Middleware added last runs first: preflight requests carry no token and get 401 without CORS headers.",
    remedy="Add CORSMiddleware last.",
    check=check,
    flagged=(
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
