import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_UNSET: Final = re.compile(
    r"if\s+not\s+(?:settings\.|self\.|os\.environ\.get\()?[\w\"'.]*(?:secret|key|token)\w*[\"']?\)?\s*:\s*\n(?:\s+(?!return|raise)[^\n]*\n){0,6}?\s+return\s+True",
    re.IGNORECASE,
)
_SWALLOWED: Final = re.compile(r"^\s*(?:return\s+True|return\s+await\s+call_next)", re.MULTILINE)
_VERIFIES: Final = re.compile(r"verif|signature|authenti|check_token|validate", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verification code that says yes when it cannot tell."""
    for module in facts.python:
        for function in module.functions:
            if not _VERIFIES.search(function.name):
                continue
            for line, _ in lines_matching(function.text, _UNSET):
                yield at(
                    module,
                    function.line + line - 1,
                    "Without a configured secret every request is let in.",
                )
            for handler in module.handlers:
                if function.line < handler.line <= function.end_line and _SWALLOWED.search(
                    handler.text
                ):
                    yield at(module, handler.line, "An error while verifying lets the request in.")


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-fail-open",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A missing setting or an error lets requests in.",
    why="An attacker only has to cause the error; an operator only has to forget the variable.",
    remedy="Refuse to start without the secret, and refuse the request on any error.",
    check=check,
    flagged=(
        Case(
            {
                "hooks.py": """\
def verify_signature(body, headers):
    if not SECRET:
        log.warning("unset")
        return True
    return check(body, headers)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "hooks.py": """\
def verify_signature(body, headers):
    if not SECRET:
        raise RuntimeError("unset")
    return check(body, headers)
"""
            }
        ),
    ),
)
