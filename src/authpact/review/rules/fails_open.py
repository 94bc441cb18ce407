import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Function
from authpact.review._rule import Case, Hit, Rule, at

_UNSET: Final = re.compile(r"^\s*if\s+not\s+[^\n]*(?:secret|key|token)[^\n]*:\s*$", re.IGNORECASE)
_NEAR: Final = 8
_SWALLOWED: Final = re.compile(r"^\s*(?:return\s+True|return\s+await\s+call_next)", re.MULTILINE)
_VERIFIES: Final = re.compile(r"verif|signature|authenti|check_token|validate", re.IGNORECASE)


def _without_secret(function: Function) -> Iterator[int]:
    """Yield the lines of `if not secret:` branches that answer True."""
    lines = function.text.split("\n")
    for index, text in enumerate(lines):
        if not _UNSET.match(text):
            continue
        depth = len(text) - len(text.lstrip())
        for inner in lines[index + 1 : index + _NEAR]:
            if inner.strip() and len(inner) - len(inner.lstrip()) <= depth:
                break
            if inner.strip() == "return True":
                yield function.line + index


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verification code that says yes when it cannot tell."""
    for module in facts.python:
        for function in module.functions:
            if not _VERIFIES.search(function.name):
                continue
            for line in _without_secret(function):
                yield at(module, line, "Without a configured secret every request is let in.")
            for handler in module.handlers:
                inside = function.line < handler.line <= function.end_line
                if inside and _SWALLOWED.search(handler.text):
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
