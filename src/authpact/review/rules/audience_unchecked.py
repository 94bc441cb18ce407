import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_CHECKED: Final = lazy(r"[\"']aud[\"']|\baudience\b|\.aud\b")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications that take tokens for any audience."""
    for v in facts.verifications:
        if not v.is_for_access:
            continue
        if v.has_audience or (v.library in {"authlib", "joserfc"} and _CHECKED.search(v.body)):
            continue
        if re.search(r"(?:payload|claims)(?:\.get\(|\[)[\"']aud", v.body):
            continue
        yield at(v.module, v.call, "The token's audience is not checked.")


RULE = Rule(
    requirement="token:audience",
    category="missing-audience-check",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A verification accepts tokens made for another API.",
    why="Any token of the same issuer opens this API, whatever it was issued for.",
    remedy="Pass `audience=` to the decode call and issue tokens with that `aud`.",
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
    return jwt.decode(token, key, algorithms=["ES256"], issuer="i")
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
    return jwt.decode(token, key, algorithms=["ES256"], audience="api")
"""
            }
        ),
    ),
)
