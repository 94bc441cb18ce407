import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_KEYS: Final = re.compile(r"get_signing_key|jwks", re.IGNORECASE)
_ANSWERS: Final = re.compile(r"\b401\b|HTTP_401|return\s+None|return\s+False")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that call every failure an invalid token."""
    for module in facts.python:
        for handler in module.handlers:
            if handler.caught not in {"", "Exception", "BaseException"} or handler.function < 0:
                continue
            function = module.functions[handler.function]
            if (
                _KEYS.search(function.text)
                and "decode(" in function.text
                and _ANSWERS.search(handler.text)
            ):
                yield at(
                    module,
                    handler.line,
                    'When the key set cannot be fetched, the answer is "invalid token".',
                )


RULE = Rule(
    requirement="keyset:unavailable",
    category="jwks-outage-as-401",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="An outage of the issuer looks like a bad token.",
    why="Clients drop valid sessions and the outage stays hidden.",
    remedy="Catch PyJWKClientConnectionError apart and answer 503 with Retry-After.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    try:
        key = jwks_client.get_signing_key_from_jwt(token)
        return jwt.decode(token, key.key, algorithms=["EdDSA"])
    except Exception:
        return None
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    key = jwks_client.get_signing_key_from_jwt(token)
    try:
        return jwt.decode(token, key.key, algorithms=["EdDSA"])
    except jwt.InvalidTokenError:
        return None
"""
            }
        ),
    ),
)
