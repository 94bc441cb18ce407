import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_CALL: Final = re.compile(r"^(?:print|(?:\w+\.)*(?:logger|logging|log)\.\w+|console\.\w+)$")
_VALUE: Final = re.compile(
    r"\{\s*(?:\w+\.)*(?:password|passwd|plain_password|otp|secret_key|jwt_secret|BETTER_AUTH_SECRET|SECRET_KEY)(?:\[:?\d*:?\d*\])?\s*[!}]|(?:^|,)\s*(?:\w+\.)*(?:password|plain_password|otp|SECRET_KEY)\s*(?:,|$)"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that carry a password, a code or a secret."""
    for module in facts.project.modules:
        for call in module.calls:
            if _CALL.match(call.name) and _VALUE.search(", ".join(a.text for a in call.arguments)):
                yield at(module, call, "A password, code or secret is logged.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="credential-logged",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A password, code or secret is written to the log.",
    why="Whoever reads the logs can sign in as the user.",
    remedy="Remove the line and replace what was logged.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def login(email, password):
    print(f"login {email} {password}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def login(email, password):
    log.info("login refused")
"""
            }
        ),
    ),
)
