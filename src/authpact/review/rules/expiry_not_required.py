import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._mends import add_argument
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts

_REQUIRE: Final = {
    "jwt": 'options={"require": ["exp"]}',
    "jose": 'options={"require_exp": True}',
}


def _insists(body: str) -> bool:
    """Whether the code around a verification refuses a token without `exp` by itself."""
    if not re.search(r"[\"']exp[\"']", body):
        return False
    named = re.search(r"(\w+)\s*=\s*\w+\.get\(\s*[\"']exp[\"'][^()]*\)", body)
    others = re.findall(r"[\"']exp[\"']", body)
    if not named or len(others) > 1:
        return True
    return bool(re.search(rf"\bnot\s+{named[1]}\b|\b{named[1]}\s+is\s+None", body))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications that accept a token without an end."""
    for v in facts.verifications:
        if not v.is_for_access:
            continue
        if v.off("verify_exp") or "exp" in v.required:
            continue
        if _insists(v.body):
            continue
        option = _REQUIRE.get(v.library) if not v.call.get("options", 3) else None
        mend = add_argument(v.module, v.call, option) if option else None
        yield at(v.module, v.call, "A token without `exp` is accepted for ever.", mend=mend)


RULE = Rule(
    requirement="token:required-claims",
    category="exp-not-required",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A verification does not insist on `exp`.",
    why="JWT libraries check `exp` only when it is there, so a signed token without it never ends.",
    remedy='Require it: `options={"require": ["exp", "iat", "iss", "aud", "sub"]}`.',
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
    return jwt.decode(token, key, algorithms=["ES256"])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt, time

def read(token, key):
    claims = jwt.decode(token, key, algorithms=["ES256"])
    end = claims.get("exp")
    if end and end < time.time():
        raise ValueError
    return claims
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
    return jwt.decode(token, key, algorithms=["ES256"], options={"require": ["exp"]})
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt, time

def read(token, key):
    claims = jwt.decode(token, key, algorithms=["ES256"])
    end = claims.get("exp")
    if end is None or end < time.time():
        raise ValueError
    return claims
"""
            }
        ),
    ),
)
