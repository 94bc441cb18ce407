from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._tokens import Verification
from authpact.review.source._pattern import lazy

_ERRORS: Final = lazy(r"exception_handler\(")


def _caught(facts: Facts, v: Verification) -> bool:
    """Whether an except clause stands around the call, or around a call of its function."""
    function = v.function
    if function is None or _ERRORS.search(
        "".join(m.code for m in facts.python if "exception_handler" in m.code)
    ):
        return True
    if any(
        function.line < h.line <= function.end_line and h.line > v.call.line
        for h in v.module.handlers
    ):
        return True
    callers = [
        (m, c)
        for m in facts.python
        for c in m.called(function.name)
        if c.function >= 0 and m.functions[c.function] is not function
    ]
    return any(
        m.functions[c.function].line < h.line <= m.functions[c.function].end_line
        for m, c in callers
        for h in m.handlers
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications of a running API whose errors nothing catches."""
    for v in facts.verifications:
        if v.function is None or not facts.is_reached(v.module, v.function) or _caught(facts, v):
            continue
        yield at(v.module, v.call, "A token that does not verify ends in a server error.")


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-error-500",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Errors of the verification are not caught.",
    why="Every bad or expired token is answered with 500, so clients do not sign in again.",
    remedy="Catch the errors of the library and answer 401.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
import jwt
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    return jwt.decode(token, K, algorithms=["HS256"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
import jwt
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    try:
        return jwt.decode(token, K, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401)

@app.get("/a")
def a(user=Depends(current_user)):
    return user
"""
            }
        ),
    ),
)
