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
                "steps.py": """\
import jwt, time

def begin(person):
    claims = {"purpose": "access", "sub": person, "exp": time.time() + 120}
    return jwt.encode(claims, KEY, algorithm="HS256")

def person_of(text):
    claims = jwt.decode(text, KEY, algorithms=["HS256"])
    if claims.get("purpose") != "access":
        raise ValueError
    return claims["sub"]
"""
            }
        ),
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
                "steps.py": """\
import jwt, time

def begin(person):
    claims = {"purpose": "second-step", "sub": person, "exp": time.time() + 120}
    return jwt.encode(claims, KEY, algorithm="HS256")

def step_of(text):
    claims = jwt.decode(text, KEY, algorithms=["HS256"])
    if claims.get("purpose") != "second-step":
        raise ValueError
    return claims["sub"]
"""
            }
        ),
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
