import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SCRIPT: Final = lazy(
    r"\b(\w*(?:token|secret|session_?id|sessionId|apiKey|inviteCode|resetCode|otp)\w*)\s*[=:]\s*[^\n;]*Math\.random\(",
    re.IGNORECASE,
)
_PYTHON: Final = lazy(
    r"\b(\w*(?:token|secret|session_id|api_key|invite_code|reset_code|otp)\w*)\s*(?::\s*\w+\s*)?=\s*[^\n]*\brandom\.(?:choice|choices|randint|random|sample|randrange)\(",
    re.IGNORECASE,
)


_MAKER: Final = lazy(
    r"(?:token|secret|session_?id|api_?key|invite_?code|reset_?code|pairing_?code|verification_?code|otp|pin)",
    re.IGNORECASE,
)
_RANDOM: Final = lazy(
    r"(?<!\.)\brandom\.(?:choices?|randint|random|sample|randrange|getrandbits)\(|Math\.random\("
)
_SHORT: Final = lazy(
    r"secrets\.randbelow\(\s*(?:1_?0{3}_?0{0,3}|10\s*\*\*\s*[3-6])\s*\)|randomInt\(\s*1?0*,?\s*1_?0{3}_?0{0,3}\s*\)"
)
_LIMITED: Final = lazy(
    r"attempt|limiter|rate_?limit|throttl|lockout|max_tries|failures", re.IGNORECASE
)


def _makers(facts: Facts) -> Iterator[Hit]:
    """Yield functions named after a credential that draw it badly, or draw too little."""
    for module in (*facts.python, *facts.scripts):
        for function in module.functions if "rand" in module.code else ():
            if not _MAKER.search(function.name) or "SystemRandom" in module.code:
                continue
            drawn = next(lines_matching(function.text, _RANDOM), None)
            if drawn:
                yield at(module, function.line + drawn[0] - 1, f"{function.name} can be guessed.")
            short = next(lines_matching(function.text, _SHORT), None)
            if short and not _LIMITED.search(module.code):
                message = f"{function.name} draws from few values, and nobody counts the attempts."
                yield at(module, function.line + short[0] - 1, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield credentials made by a generator that can be predicted."""
    rows = ((facts.scripts, _SCRIPT), (facts.python, _PYTHON))
    for every, pattern in rows:
        modules = tuple(m for m in every if "random." in m.code)
        for module, line, match in facts.matches(modules, pattern):
            if "SystemRandom" not in module.lines[line - 1]:
                yield at(module, line, f"{match[1]} can be guessed.")
    yield from _makers(facts)


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
                "pair.py": """\
import secrets

def pairing_code():
    return f"{secrets.randbelow(1_000_000):06d}"
"""
            }
        ),
        Case(
            {
                "codes.py": """\
import random

def generate_otp(length=6):
    return "".join(str(random.randint(0, 9)) for _ in range(length))
"""
            }
        ),
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
                "pair.py": """\
import secrets

MAX_ATTEMPTS = 5

def pairing_code():
    return f"{secrets.randbelow(1_000_000):06d}"
"""
            }
        ),
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
