import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications that accept a token without an end."""
    for v in facts.verifications:
        if not v.is_for_access:
            continue
        if v.off("verify_exp") or "exp" in v.required:
            continue
        if re.search(r"[\"']exp[\"']", v.body):
            continue
        yield at(v.module, v.call, "A token without `exp` is accepted for ever.")


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
                "auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["ES256"])
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
    return jwt.decode(token, key, algorithms=["ES256"], options={"require": ["exp"]})
"""
            }
        ),
    ),
)
