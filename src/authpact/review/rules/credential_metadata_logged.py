import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_CALL: Final = re.compile(r"^(?:print|(?:\w+\.)*(?:logger|logging|log)\.\w+|console\.\w+)$")
_VALUE: Final = re.compile(
    r"len\(\s*[\w.]*(?:password|secret)|(?:password|secret)\w*\.length", re.IGNORECASE
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that describe a password or secret."""
    for module in facts.project.modules:
        for call in module.calls:
            if _CALL.match(call.name) and _VALUE.search(", ".join(a.text for a in call.arguments)):
                yield at(module, call, "The length of a password or secret is logged.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="credential-metadata-logged",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Facts about a password are written to the log.",
    why="The length narrows guesses, and the line sits beside the e-mail address.",
    remedy="Remove the line.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def login(data):
    print(f"length {len(data.password)}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def login(data):
    if len(data.password) < 8:
        raise ValueError("too short")
"""
            }
        ),
    ),
)
