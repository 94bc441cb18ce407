import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_NAME: Final = re.compile(
    r"^(?:verify|validate|check)_\w*(?:jwt|token|auth)\w*$|^get_current_(?:user|principal)\w*$|^(?:authenticate|require)_(?:user|auth|request)\w*$"
)
_LOOKS: Final = re.compile(
    r"decode|\.headers|\.cookies|\.credentials|verify\(|session|\bdb\b|query|execute|http|raise|await|\.get\(",
    re.IGNORECASE,
)
_CONSTANT: Final = re.compile(
    r"return\s+(?:[\"'][\w@.-]+[\"']|\{[^}]*[\"'](?:id|sub|user_id)[\"']\s*:\s*[\"'\d]|\w*User\w*\(\s*id\s*=\s*[\"'\d])"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verification functions that answer a constant."""
    for module in facts.python:
        for function in module.functions:
            if not _NAME.match(function.name):
                continue
            body = function.text[len(function.text.partition(":\n")[0]) :]
            if _CONSTANT.search(body) and not _LOOKS.search(body):
                yield at(module, function, f"{function.name} lets everybody in as one fixed user.")


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-bypass-stub",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="The verification is a stub.",
    why="Any request, with or without a token, is authenticated.",
    remedy="Verify the token and refuse with 401 what does not verify.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
async def verify_jwt(authorization: str = Header(None)):
    return "demo-user"
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
async def verify_jwt(token: str):
    return jwt.decode(token, KEY, algorithms=["HS256"])["sub"]
"""
            }
        ),
    ),
)
