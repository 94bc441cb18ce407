import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_TOKEN: Final = lazy(r"JWT|Token|PyJWT|Signature|Jose", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifiers that answer 403 to a token that does not verify."""
    for v in facts.verifications:
        if v.function is None:
            continue
        for handler in v.module.handlers:
            inside = v.call.line < handler.line <= v.function.end_line
            if (
                inside
                and _TOKEN.search(handler.caught)
                and re.search(r"\b403\b|HTTP_403", handler.text)
            ):
                yield at(
                    v.module,
                    handler.line,
                    "A token that does not verify is answered with 403 instead of 401.",
                )


RULE = Rule(
    requirement="error:unauthenticated",
    category="inconsistent-401-403",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A bad token gets 403.",
    why="403 says that signing in again will not help, so clients do not ask for a new token.",
    remedy='Answer 401 with `WWW-Authenticate: Bearer error="invalid_token"`.',
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
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=403)
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
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401)
"""
            }
        ),
    ),
)
