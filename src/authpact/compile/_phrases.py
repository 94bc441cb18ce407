"""How documents say things: patterns more than one check needs."""

import re
from functools import lru_cache
from typing import Final

from authpact.compile._document import Document, Statement
from authpact.contract import Contract

NEGATION: Final = re.compile(
    r"\b(not|never|no|none|nothing|nor|neither|cannot|can't|without|refus\w+|reject\w*|forbid\w*|"
    r"instead of|unlike|differs?|other than|out of scope|weighed|caveat)\b|n't\b",
    re.IGNORECASE,
)
_REASONING: Final = re.compile(
    r"^\**(security|correctness|operability|minimal change|rationale|stated reason|"
    r"alternatives?)\b",
    re.IGNORECASE,
)
_DURATION: Final = re.compile(
    r"(?<![\w.])(\d+)[ -]?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?)\b",
    re.IGNORECASE,
)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
ALGORITHM_NAMES: Final = (
    "HS256",
    "HS384",
    "HS512",
    "EdDSA",
    "ES256",
    "ES384",
    "ES512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
)
ALGORITHM: Final = re.compile(r"\b(" + "|".join(ALGORITHM_NAMES) + r")\b")


@lru_cache(maxsize=4)
def asserted(document: Document) -> tuple[Statement, ...]:
    """Return the statements that demand or describe something and neither deny nor weigh it."""
    return tuple(
        statement
        for statement in document.stated
        if not NEGATION.search(statement.text) and not _REASONING.match(statement.text)
    )


def durations(text: str) -> tuple[int, ...]:
    """Return every duration of a text in seconds."""
    return tuple(int(m[1]) * _SECONDS[m[2][0].lower()] for m in _DURATION.finditer(text))


def has_tenants(document: Document, contract: Contract | None) -> bool:
    """Tell whether operations belong to organizations: by the contract, else by the document."""
    if contract is not None:
        return any(endpoint.tenant_from for endpoint in contract.endpoints)
    return document.says(r"\b(multi-?)?tenan(t|ts|cy)\b")
