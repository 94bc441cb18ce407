import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_CALL: Final = re.compile(
    r"^(?:print|(?:\w+\.)*(?:logger|logging|log|_logger)\.(?:debug|info|warning|error|exception|critical))$"
)
_VALUE: Final = re.compile(
    r"\{\s*(?:\w+\.)*(?:credentials\.credentials|(?:session_|access_|auth_|jwt_|bearer_|raw_)?token|authorization|auth_header|jwt_token)(?:\[[^\]]*\])?\s*[!}:]|,\s*(?:credentials\.credentials|(?:session_|access_|auth_|jwt_)?token(?:\[[^\]]*\])?)\s*(?:,|$)"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that carry a token or a part of it."""
    for module in facts.python:
        for call in module.calls:
            if not _CALL.match(call.name):
                continue
            text = ", ".join(a.text for a in call.arguments)
            if _VALUE.search(text) and not re.search(
                r"reset|csrf|\.token_type|tokens_used|max_token", text
            ):
                yield at(module, call, "A token, or the beginning of one, is logged.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="token-logged",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A token is written to the log.",
    why="Whoever reads the logs can act as the user.",
    remedy="Log the token id or the subject, never the token.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def read(token):
    logger.info(f"token: {token[:50]}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def read(token):
    logger.info("token refused: %s", code)
"""
            }
        ),
    ),
)
