import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._blocks import Block, blocks, handled
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy

_FIXED: Final = (0, 122)


def _is_old(operator: str, version: tuple[int, ...]) -> bool:
    if not version:
        return False
    capped = (
        operator == "=="
        or (operator in {"^", "~"} and version[0] == 0)
        or (operator == "~=" and version[2:] != ())
    )
    return (capped and version[:2] < _FIXED) or (operator in {"<", "<="} and version[:2] <= _FIXED)


_READ: Final = lazy(
    r"^(\w+)\s*(?::[^=]+)?=\s*[^=].*?headers(?:\.get\(|\[)\s*[\"']authorization[\"']", re.IGNORECASE
)
_ABSENT: Final = lazy(r"^(?:not\s+(\w+)|(\w+)\s+is\s+None)$")
_FORBIDS: Final = lazy(r"^(?:return|raise)\b.*(?:\b403\b|HTTP_403|FORBIDDEN)")


def _by_hand(facts: Facts) -> Iterator[Hit]:
    """Yield answers of 403 to requests whose header, or bearer, is absent."""
    for module in facts.python:
        for function in module.functions if "403" in module.code else ():
            held = {
                p.name
                for p in function.parameters
                if re.search("HTTPAuthorizationCredentials", p.annotation)
                or p.name == "authorization"
            }
            for block in blocks(function.text):
                named = _READ.match(block.text)
                held |= {named[1]} if named else set()
                absent = _ABSENT.match(handled(block.around[-1])) if block.around else None
                if absent and _FORBIDS.match(block.text) and (absent[1] or absent[2]) in held:
                    yield at(module, _line(function, block), "No token is answered with 403.")


def _line(function: Function, block: Block) -> int:
    """Return the line of a statement, by the beginning of its text."""
    head = re.escape(block.text.partition("(")[0])
    rows = function.text.split("\n")
    places = [i for i, row in enumerate(rows) if re.search(rf"^\s*{head}\b", row)]
    best = (i for i in places if _FORBIDS.match(" ".join(rows[i : i + 6]).strip()))
    return function.line + next(best, 0)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield HTTPBearer objects that answer 403 to a request without a token."""
    yield from _by_hand(facts)
    for module in facts.python:
        pin = facts.environment.pin_for(module.path, "fastapi")
        if pin is None or not _is_old(pin.operator, pin.version):
            continue
        for call in module.called("HTTPBearer"):
            if call.text_of("auto_error") != "False":
                version = ".".join(map(str, pin.version))
                yield at(
                    module, call, f"FastAPI {version} answers 403 to a request without a token."
                )


RULE = Rule(
    requirement="error:missing-token",
    category="missing-token-403",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A missing token is answered with 403.",
    why="HTTPBearer of FastAPI before 0.122 answers 403 without a challenge, so clients do not sign in again.",
    remedy="Require fastapi>=0.122, or use `HTTPBearer(auto_error=False)` and raise 401 with `WWW-Authenticate: Bearer`.",
    check=check,
    flagged=(
        Case(
            {
                "gate.py": """\
async def gate(request, call_next):
    shown = request.headers.get("Authorization")
    if not shown:
        return JSONResponse({}, status_code=403)
    return await call_next(request)
"""
            }
        ),
        Case(
            {
                "requirements.txt": "fastapi==0.109.0\n",
                "auth.py": """\
from fastapi.security import HTTPBearer

security = HTTPBearer()
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "gate.py": """\
async def gate(request, call_next):
    shown = request.headers.get("Authorization")
    if not shown:
        return JSONResponse({}, status_code=401)
    if not allowed(shown):
        return JSONResponse({}, status_code=403)
    return await call_next(request)
"""
            }
        ),
        Case(
            {
                "requirements.txt": "fastapi>=0.115.0\n",
                "auth.py": """\
from fastapi.security import HTTPBearer

security = HTTPBearer()
""",
            }
        ),
        Case(
            {
                "requirements.txt": "fastapi==0.109.0\n",
                "auth.py": """\
from fastapi.security import HTTPBearer

security = HTTPBearer(auto_error=False)
""",
            }
        ),
    ),
)
