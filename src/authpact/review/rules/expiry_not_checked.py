from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications with the expiry check switched off."""
    for v in facts.verifications:
        if v.off("verify_exp"):
            yield at(v.module, v.call, "Expired tokens are accepted: `verify_exp` is off.")


RULE = Rule(
    requirement="token:expiry",
    category="exp-not-checked",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The expiry of tokens is ignored.",
    why="A token that leaked once works for ever.",
    remedy="Remove `verify_exp: False`.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})
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
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": True})
"""
            }
        ),
    ),
)
