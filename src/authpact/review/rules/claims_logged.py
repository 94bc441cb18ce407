import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_CALL: Final = re.compile(
    r"^(?:print|(?:\w+\.)*(?:logger|logging|log)\.(?:debug|info|warning|error))$"
)
_VALUE: Final = re.compile(
    r"\{\s*(?:decoded_?\w*|payload|claims|token_data|decoded_payload)\s*[!}]|,\s*(?:payload|claims|decoded)\s*(?:,|$)"
)
_IDENTITY: Final = re.compile(
    r"\{\s*(?:token_user_id|payload\[[^\]]*\]|payload\.get\([^)]*\)|claims\[[^\]]*\])\s*[!}]"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines with the claims of a token."""
    for module in facts.python:
        if not re.search(r"jwt|token|claims", module.code, re.IGNORECASE):
            continue
        for call in module.calls:
            if not _CALL.match(call.name):
                continue
            text = ", ".join(a.text for a in call.arguments)
            function = module.function_of(call)
            near = function.text if function else ""
            if (
                _VALUE.search(text) and re.search(r"decode|jwt|token|claims", near)
            ) or _IDENTITY.search(text):
                yield at(module, call, "Claims of the token are logged.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="claims-logged",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Claims of tokens are written to the log.",
    why="Names, addresses and ids of users pile up in logs.",
    remedy="Log the code of the decision, the subject and the token id at most.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def read(token):
    payload = jwt.decode(token)
    print(f"decoded: {payload}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def read(token):
    payload = jwt.decode(token)
    log.info("signed in")
    return payload
"""
            }
        ),
    ),
)
