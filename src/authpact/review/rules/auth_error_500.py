import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifiers that answer 500 to a bad token."""
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
