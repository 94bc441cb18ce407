import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_PLAIN: Final = re.compile(r"^os\.(?:getenv|environ\.get)\(\s*[\"']\w+[\"']\s*\)$")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield signing secrets that may be None when the first token comes."""
    for v in facts.verifications:
        variable = v.module.variables.get(v.key_text)
        if variable is None or not _PLAIN.match(variable.value):
            continue
        if re.search(
            rf"(?:if\s+not\s+{v.key_text}|{v.key_text}\s+is\s+None|assert\s+{v.key_text})",
            v.module.code,
        ):
            continue
        yield at(v.module, variable.line, f"{v.key_text} may be None: nothing checks it at start.")


RULE = Rule(
    requirement="key:no-example-values",
    category="secret-not-validated",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A missing secret is noticed at the first request only.",
    why="The application starts without a key and answers server errors, or worse, checks with none.",
    remedy='Read it with `os.environ["…"]`, or raise at start when it is missing.',
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import os, jwt

KEY = os.getenv("SECRET")

def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import os, jwt

KEY = os.getenv("SECRET")
if not KEY:
    raise ValueError("SECRET is missing")

def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
    ),
)
