import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mends import add_argument, swap
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield credential cookies that travel over plain HTTP."""
    for module in facts.python:
        for call in module.called("set_cookie"):
            name = call.text_of("key", 0)
            value = call.text_of("value", 1)
            secure = call.get("secure")
            if not re.search(r"token|session|auth|jwt", f"{name} {value}", re.IGNORECASE):
                continue
            if secure is None or secure.text == "False":
                line = secure.line if secure else call.line
                mend = (
                    swap(module.text, line, "secure=False", "secure=True")
                    if secure
                    else add_argument(module, call, "secure=True")
                )
                yield at(module, line, "A credential cookie is set without Secure.", mend=mend)


RULE = Rule(
    requirement="transport:https",
    category="insecure-cookie",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A credential cookie lacks Secure.",
    why="It is sent over plain HTTP, where anybody on the way reads it.",
    remedy="Set `secure=True` outside of local development.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
def login(response, token):
    response.set_cookie("session_token", token, httponly=True, secure=False)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
def login(response, token):
    response.set_cookie("session_token", token, httponly=True, secure=True)
"""
            }
        ),
    ),
)
