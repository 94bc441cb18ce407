import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import handlers_around
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_READS: Final = lazy(r"headers(?:\.get\(|\[)\s*[\"']authorization[\"']|Header\(", re.IGNORECASE)
_SPLIT: Final = lazy(
    r"\b(\w*(?:auth|header|bearer)\w*)(\.split\(\s*(?:None|[\"'] [\"'])?\s*(?:,\s*\d\s*)?\))",
    re.IGNORECASE,
)


def _is_guarded(module: Module, function: Function, name: str, position: int) -> bool:
    """Whether something says before the split that there are two parts, or catches the error."""
    before = function.text[:position]
    looked = rf"\b{name}\b[^\n]*\.(?:lower\(\)\.)?startswith\(|\bin\s+{name}\b|len\(\s*{name}\.split|match\("
    line = function.line + before.count("\n")
    return bool(handlers_around(module, line)) or bool(re.search(looked, before))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield headers that are taken apart as if they had two parts."""
    for module in facts.python:
        for function in module.functions:
            if not _READS.search(function.text):
                continue
            for found in _SPLIT.finditer(function.text):
                after = function.text[found.end() : found.end() + 4]
                before = function.text[: found.start()].rpartition("\n")[2]
                apart = after.startswith("[1]") or re.search(r"\w+\s*,\s*\w+\s*=\s*$", before)
                if apart and not _is_guarded(module, function, found[1], found.start()):
                    line = function.line + function.text.count("\n", 0, found.start())
                    yield at(module, line, "A header without a blank ends in a server error.")


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-error-500",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The Authorization header is taken apart unchecked.",
    why="A header of one word, which anybody can send, raises IndexError or ValueError: 500, not 401.",
    remedy="Use HTTPBearer, or `scheme, _, token = header.partition(' ')` and compare the scheme.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def current_user(request):
    header = request.headers.get("Authorization")
    if not header:
        raise HTTPException(401)
    return find(header.split(" ")[1])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def current_user(authorization: str = Header(...)):
    scheme, token = authorization.split()
    if scheme.lower() != "bearer":
        raise HTTPException(401)
    return find(token)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def current_user(request):
    header = request.headers.get("Authorization")
    if not header or not header.startswith("Bearer "):
        raise HTTPException(401)
    return find(header.split(" ")[1])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def current_user(authorization: str = Header(...)):
    try:
        scheme, token = authorization.split()
    except ValueError:
        raise HTTPException(401)
    return find(token)
"""
            }
        ),
    ),
)
