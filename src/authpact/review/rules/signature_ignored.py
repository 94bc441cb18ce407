import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_BY_HAND: Final = re.compile(r"\.split\(\s*[\"']\.[\"']\s*\)\s*\[\s*1\s*\]")


def _by_hand(facts: Facts) -> Iterator[Hit]:
    for module in facts.python:
        for function in module.functions:
            text = function.text
            found = None if "id_token" in text else _BY_HAND.search(text)
            if (
                found
                and "b64decode" in text
                and "loads(" in text
                and "hmac" not in text
                and "verify" not in text.lower()
            ):
                line = function.line + text.count("\n", 0, found.start())
                yield at(module, line, "The payload is read without any check of the signature.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield places that trust a payload without its signature."""
    verified = {(v.module.path, v.function.line) for v in facts.verifications if v.function}
    for v in facts.tokens.verifications:
        if not v.is_unverified:
            continue
        if v.function and (v.module.path, v.function.line) in verified:
            continue
        yield at(v.module, v.call, "The signature of the token is not verified.")
    yield from _by_hand(facts)


RULE = Rule(
    requirement="signature:verified-first",
    category="verify-signature-disabled",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Claims are trusted without a signature.",
    why="Anybody can write a token with any subject and is let in.",
    remedy="Verify with the issuer's key and one fixed algorithm before reading a claim.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import base64, json

def read(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def session(cookie, db):
    token = cookie.split(".")[0]
    return db.query(token)
"""
            }
        ),
    ),
)
