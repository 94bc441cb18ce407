import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_BY_MAIL: Final = re.compile(
    r"\b(?:user_?id|subject|owner_?id)\s*(?::\s*\w+\s*)?=\s*(?:payload|claims|decoded|token_data)(?:\.get\(\s*|\[\s*)[\"'](email|name|username|preferred_username)[\"']"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield principals that are known by something that may change hands."""
    for module, line, match in facts.matches(facts.python, _BY_MAIL):
        yield at(module, line, f"Users are told apart by `{match[1]}`.")
    for module, line, match in facts.matches(
        facts.scripts, re.compile(r"\bsub\s*:\s*(?:\w+\??\.)*user\??\.(email|name)\b")
    ):
        yield at(module, line, f"The subject of the token is the user's {match[1]}.")


RULE = Rule(
    requirement="token:subject",
    category="unstable-user-identity",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Users are known by something reassignable.",
    why="An address or name that changes hands brings the data of its former owner along.",
    remedy="Use `sub`, the id of the Better Auth user, everywhere.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def current(payload):
    user_id = payload.get("email")
    return user_id
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def current(payload):
    user_id = payload.get("sub")
    return user_id
"""
            }
        ),
    ),
)
