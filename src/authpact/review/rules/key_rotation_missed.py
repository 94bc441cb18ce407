import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield key sets that are fetched once and kept for ever."""
    for module in facts.python:
        for function in module.functions:
            for_ever = any(d.last in {"lru_cache", "cache"} for d in function.decorators)
            if (
                for_ever
                and re.search(r"jwks", function.text, re.IGNORECASE)
                and ".json()" in function.text
                and "cache_clear" not in module.code
            ):
                yield at(module, function, "The key set is fetched once and never again.")


RULE = Rule(
    requirement="key:rotation",
    category="jwks-no-refresh-on-unknown-kid",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A new key of the issuer is never picked up.",
    why="After a rotation every token is refused until the API is restarted.",
    remedy="Fetch again, with a cooldown, when a token names an unknown key id.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from functools import lru_cache
import httpx

@lru_cache
def jwks():
    return httpx.get(JWKS_URL).json()
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
from functools import lru_cache
from jwt import PyJWKClient

@lru_cache
def client():
    return PyJWKClient(JWKS_URL)
"""
            }
        ),
    ),
)
