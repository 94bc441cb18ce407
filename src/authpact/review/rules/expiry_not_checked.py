from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mends import drop_member
from authpact.review._model import Call
from authpact.review._rule import Case, Hit, Rule, at


def _line(call: Call) -> int:
    """Return the line of the option inside of a call, its first line where it is not there."""
    for argument in call.arguments:
        before, found, _ = argument.text.partition("verify_exp")
        if found:
            return argument.line + before.count("\n")
    return call.line


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications with the expiry check switched off."""
    for v in facts.verifications:
        if v.off("verify_exp"):
            mend = drop_member(v.module.text, _line(v.call), r"[\"']verify_exp[\"']\s*:\s*False")
            yield at(
                v.module, v.call, "Expired tokens are accepted: `verify_exp` is off.", mend=mend
            )


RULE = Rule(
    requirement="token:expiry",
    category="exp-not-checked",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The expiry of tokens is ignored.",
    why="A token that leaked once works for ever.",
    remedy="Remove `verify_exp: False`.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": True})
"""
            }
        ),
    ),
)
