import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield functions that fall back to a weaker check."""
    verified = {(v.module.path, v.function.line) for v in facts.verifications if v.function}
    for v in facts.tokens.verifications:
        if not v.is_unverified or v.function is None:
            continue
        if (v.module.path, v.function.line) in verified and not re.search(r"header", v.call.last):
            after = any(h.line <= v.call.line <= h.end_line for h in v.module.handlers)
            if after:
                yield at(v.module, v.call, "When verification fails, the token is read unverified.")


RULE = Rule(
    requirement="error:fail-closed",
    category="verification-downgrade",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A weaker check is used when the strong one fails.",
    why="An attacker only has to make the strong check fail.",
    remedy="Refuse with 401 when verification fails; there is no second try.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    try:
        return jwt.decode(token, key, algorithms=["HS256"])
    except jwt.PyJWTError:
        return jwt.decode(token, options={"verify_signature": False})
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
    try:
        return jwt.decode(token, key, algorithms=["HS256"])
    except jwt.PyJWTError:
        return None
"""
            }
        ),
    ),
)
