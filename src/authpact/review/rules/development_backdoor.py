import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_BRANCH: Final = re.compile(
    r"(?:if|elif)\s+[^\n]*(?:\b(?:settings\.)?(?:DEBUG|debug|DEV_MODE|dev_mode|TESTING|SKIP_AUTH|DISABLE_AUTH|BYPASS_AUTH|AUTH_DISABLED)\b|(?:env|environment|ENV|ENVIRONMENT)[\"\')\]]*(?:\s*,\s*[\"\']\w*[\"\']\))?(?:\.lower\(\))?\s*(?:==|in)\s*[(\[]?[\"']dev"
    r"|token\s*==\s*[\"'][\w-]+[\"']|\.startswith\(\s*[\"'](?:mock|dev|test|demo)[\w-]*[\"'])[^\n]*:\s*\n(?:\s+(?!return|raise)[^\n]*\n){0,4}?\s+return\s+(?!None|False|JSON)",
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield branches of verification code that let a developer in."""
    for module in facts.python:
        for function in module.functions:
            if not re.search(
                r"auth|token|user|jwt|session", function.name, re.IGNORECASE
            ) or not facts.application.checks(module, function):
                continue
            for line, _ in lines_matching(function.text, _BRANCH):
                yield at(module, function.line + line - 1, "A development switch lets requests in.")


RULE = Rule(
    requirement="error:fail-closed",
    category="dev-backdoor",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="Verification has a development shortcut.",
    why="One wrong variable in production and everybody is signed in.",
    remedy="Remove the branch; make tokens for development with a local issuer.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def current_user(token: str):
    if settings.DEBUG:
        return {"id": "dev"}
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def current_user(token: str):
    if not token:
        raise HTTPException(401)
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
    ),
)
