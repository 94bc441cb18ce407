import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._mends import drop_member
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._tokens import Verification
from authpact.review.source._model import Call
from authpact.review.source._pattern import lazy
from authpact.review.source._text import number


def _line(call: Call) -> int:
    """Return the line of the option inside of a call, its first line where it is not there."""
    for argument in call.arguments:
        before, found, _ = argument.text.partition("verify_exp")
        if found:
            return argument.line + before.count("\n")
    return call.line


_LEEWAY: Final = lazy(r"timedelta\(\s*(?:days|weeks|hours)\s*=")
_LONG: Final = 3600
_IGNORES: Final = lazy(r"\bignoreExpiration\s*:\s*true\b")


def _is_lax(v: Verification) -> bool:
    """Whether the leeway is so long that the end of a token means nothing."""
    text = v.call.text_of("leeway")
    return bool(_LEEWAY.search(text)) or (number(text) or 0) >= _LONG


def _not_validated(v: Verification) -> bool:
    """Whether a library that leaves claims to its caller is never asked about them."""
    if v.library not in {"joserfc", "authlib"} or re.search(r"[\"']exp[\"']", v.body):
        return False
    return ".validate(" not in v.module.code


def _elsewhere(facts: Facts) -> Iterator[Hit]:
    for v in facts.verifications:
        if v.is_for_access and _not_validated(v):
            yield at(v.module, v.call, f"{v.library} checks no claim until `validate` is called.")
        elif _is_lax(v):
            yield at(v.module, v.call, "The leeway outlives the token.")
    for module, line, _ in facts.matches(facts.scripts, _IGNORES):
        yield at(module, line, "Expired tokens are accepted: `ignoreExpiration` is on.")


_ENDS: Final = lazy(r"log_?out|sign_?out|revo[ck]|blacklist|denylist", re.IGNORECASE)


def _only_ends(facts: Facts, v: Verification) -> bool:
    """Whether an expired token can only be signed out with."""
    if v.function is None:
        return False
    outer = [c[1].name for c in facts.project.callers(v.module, v.function)]
    return bool(_ENDS.search(v.function.name)) or (
        bool(outer) and all(_ENDS.search(n) for n in outer)
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications with the expiry check switched off."""
    yield from _elsewhere(facts)
    for v in facts.verifications:
        if v.off("verify_exp") and not _only_ends(facts, v):
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
        Case(
            {
                "auth.py": """\
from joserfc import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"]).claims
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from authlib.jose import jwt

def read(token, key):
    return jwt.decode(token, key)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt
from datetime import timedelta

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], leeway=timedelta(days=30))
"""
            }
        ),
        Case(
            {
                "token.ts": """\
import jwt from "jsonwebtoken";
export const read = (token) => jwt.verify(token, process.env.KEY, { ignoreExpiration: true });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import jwt

def number_of(token):
    return jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_exp": False})["jti"]

def sign_out(token):
    LEFT.add(number_of(token))
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from joserfc import jwt

def read(token, key):
    found = jwt.decode(token, key, algorithms=["HS256"])
    registry.validate(found.claims)
    return found.claims
""",
                "own.py": """\
import jwt
from datetime import timedelta

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], leeway=timedelta(seconds=30))
""",
            }
        ),
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
