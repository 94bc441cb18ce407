import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._tokens import Mint

_DAY: Final = 86400
_LONG: Final = re.compile(r"(?:expires?_?\w*|lifetime|ttl|max_age)\s*(?::\s*int\s*)?=\s*(\d{6,})")


def _longest(mint: Mint) -> float:
    longest = mint.lifetime
    if mint.function is not None and mint.module.language == "python":
        for parameter in mint.function.parameters:
            if re.search(r"expir|lifetime|ttl", parameter.name) and parameter.default.isdigit():
                longest = max(longest, float(parameter.default))
    return longest


def check(facts: Facts) -> Iterator[Hit]:
    """Yield access tokens that live longer than a day."""
    for mint in facts.tokens.mints:
        name = mint.function.name if mint.function else ""
        if _longest(mint) <= _DAY or re.search(r"refresh|verif|reset|invite", name, re.IGNORECASE):
            continue
        in_python = mint.module.language == "python"
        days = _longest(mint) / _DAY
        whole = mint.function if in_python and mint.function else mint.call
        yield at(mint.module, mint.lifetime_line or whole, f"The token lives {days:g} days.")


RULE = Rule(
    requirement="token:lifetime",
    category="excessive-expiry",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="An access token lives for days.",
    why="A JWT cannot be called back: a stolen one works until it ends, also after sign-out.",
    remedy="Issue tokens for minutes and ask for a new one while the session lives.",
    check=check,
    flagged=(
        Case(
            {
                "token.ts": """\
import jwt from "jsonwebtoken";
export const make = (id) => jwt.sign({ sub: id }, key, { algorithm: "HS256", expiresIn: "7d" });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "token.ts": """\
import jwt from "jsonwebtoken";
export const make = (id) => jwt.sign({ sub: id }, key, { algorithm: "HS256", expiresIn: "15m" });
"""
            }
        ),
    ),
)
