import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications that take tokens of any issuer."""
    for v in facts.verifications:
        if not v.is_for_access:
            continue
        if v.has_issuer or re.search(r"[\"'](?:iss|issuer)[\"']", v.body):
            continue
        yield at(v.module, v.call, "The token's issuer is not checked.")


RULE = Rule(
    requirement="token:issuer",
    category="missing-issuer-check",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A verification accepts tokens of any issuer that has the key.",
    why="Whatever else signs with this key, for whatever purpose, can sign in here.",
    remedy="Pass `issuer=` with the exact `iss` of the issuer.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["ES256"], audience="a")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["ES256"], issuer="i")
"""
            }
        ),
    ),
)
