import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_NAIVE: Final = re.compile(r"utcnow\(\)\s*\.timestamp\(\)")
_MIXED: Final = re.compile(
    r"(?<!utc)fromtimestamp\([^,()]*(?:\([^()]*\)[^,()]*)?\)\s*[<>]=?\s*datetime(?:\.datetime)?\.utcnow\("
    r"|utcnow\(\)\s*[<>]=?\s*datetime(?:\.datetime)?\.fromtimestamp\([^,()]*\)"
    r"|utcfromtimestamp\([^()]*(?:\([^()]*\))?[^()]*\)\s*[<>]=?\s*datetime(?:\.datetime)?\.now\("
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield expiry checks that compare times of different clocks."""
    for pattern in (_NAIVE, _MIXED):
        for module, line, _ in facts.matches(facts.python, pattern):
            around = "\n".join(module.lines[max(0, line - 4) : line + 2])
            if re.search(r"exp|iat", around):
                yield at(module, line, "A time without zone is taken for local time.")


RULE = Rule(
    requirement="token:expiry",
    category="expiry-timezone-bug",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An expiry check mixes clocks.",
    why="On a server that does not run in UTC, tokens end hours too early or too late.",
    remedy="Leave the check to the JWT library, or compare numbers: `exp <= time.time()`.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from datetime import datetime

def expired(payload):
    return payload["exp"] < datetime.utcnow().timestamp()
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
from datetime import datetime, UTC

def expired(payload):
    return payload["exp"] < datetime.now(UTC).timestamp()
"""
            }
        ),
    ),
)
