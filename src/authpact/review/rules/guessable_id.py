import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_SCRIPT: Final = re.compile(
    r"\b(\w*(?:token|secret|session_?id|sessionId|apiKey|inviteCode|resetCode|otp)\w*)\s*[=:]\s*[^\n;]*Math\.random\(",
    re.IGNORECASE,
)
_PYTHON: Final = re.compile(
    r"\b(\w*(?:token|secret|session_id|api_key|invite_code|reset_code|otp)\w*)\s*(?::\s*\w+\s*)?=\s*[^\n]*\brandom\.(?:choice|choices|randint|random|sample|randrange)\(",
    re.IGNORECASE,
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield credentials made by a generator that can be predicted."""
    for modules, pattern in ((facts.scripts, _SCRIPT), (facts.python, _PYTHON)):
        for module, line, match in facts.matches(modules, pattern):
            if "SystemRandom" not in module.lines[line - 1]:
                yield at(module, line, f"{match[1]} can be guessed.")


RULE = Rule(
    requirement="key:strength",
    category="weak-id-generation",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A credential is made by a predictable generator.",
    why="A few observed values give the next ones away.",
    remedy="Use `secrets.token_urlsafe()` or `crypto.randomUUID()`.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import random

def make():
    reset_token = "".join(random.choices("abc", k=8))
    return reset_token
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import secrets

def make():
    reset_token = secrets.token_urlsafe()
    return reset_token
"""
            }
        ),
    ),
)
