import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import handlers_around
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_RAISES: Final = lazy(
    r"\braise\s+(?:fastapi\.)?HTTPException\(\s*(?:status_code\s*=\s*)?(?:40[13]|(?:\w+\.)?HTTP_40[13])"
)
_TAKES: Final = frozenset({"call_next", "receive"})


def _middleware(module: Module) -> Iterator[Function]:
    """Yield what stands outside of FastAPI's handlers of errors: middleware and its methods."""
    for function in module.functions:
        if not {p.name for p in function.parameters} & _TAKES:
            continue
        yield function
        for name in re.findall(r"\bself\.(\w+)\(", function.text):
            yield from (
                f
                for f in module.functions
                if f.owner and (f.owner, f.name) == (function.owner, name)
            )


def _uncaught(module: Module, function: Function) -> int:
    """Return the line of the first refusal that a function raises and nothing catches."""
    for found in _RAISES.finditer(function.text):
        line = function.line + function.text.count("\n", 0, found.start())
        around = handlers_around(module, line)
        if not any(re.search(r"HTTPException|\bException|^$", h.caught) for h in around):
            return line
    return 0


def _in_middleware(facts: Facts) -> Iterator[Hit]:
    for module in facts.python:
        if facts.is_left_behind(module):
            continue
        # One report a middleware: its first refusal shows what all of them come to.
        seen = set[str]()
        for function in _middleware(module):
            line = _uncaught(module, function)
            if line and (function.owner or function.name) not in seen:
                seen.add(function.owner or function.name)
                yield at(module, line, "Raised in middleware, this refusal ends in a server error.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifiers that answer 500 to a bad token."""
    yield from _in_middleware(facts)
    for v in facts.verifications:
        if v.function is None:
            continue
        for handler in v.module.handlers:
            inside = v.function.line <= handler.line <= v.function.end_line
            broad = re.search(r"JWT|Token|PyJWT|^$|Exception", handler.caught)
            if (
                inside
                and broad
                and handler.line > v.call.line
                and re.search(r"\b500\b|HTTP_500", handler.text)
            ):
                yield at(
                    v.module,
                    handler.line,
                    "A token that cannot be verified ends in a server error.",
                )


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-error-500",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="An authentication failure is answered with 500.",
    why="Clients cannot tell a bad token from a broken server, and monitoring is flooded.",
    remedy="Answer 401 to every token that does not verify.",
    check=check,
    flagged=(
        Case(
            {
                "gate.py": """\
class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if "authorization" not in request.headers:
            raise HTTPException(status_code=401)
        return await call_next(request)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt
from fastapi import HTTPException

def read(token, key):
    try:
        return jwt.decode(token, key, algorithms=["HS256"])
    except Exception:
        raise HTTPException(status_code=500)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "gate.py": """\
class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        try:
            if "authorization" not in request.headers:
                raise HTTPException(status_code=401)
        except HTTPException as error:
            return JSONResponse({}, error.status_code)
        return await call_next(request)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt
from fastapi import HTTPException

def read(token, key):
    try:
        return jwt.decode(token, key, algorithms=["HS256"])
    except Exception:
        raise HTTPException(status_code=401)
"""
            }
        ),
    ),
)
