from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mints import Mint
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._tokens import Verification


def _verifying(facts: Facts, mint: Mint) -> list[Verification]:
    """Return what verifies tokens of this kind by a shared secret."""
    root = mint.module.path.partition("/")[0]
    in_script = mint.module.language == "script"
    return [
        v
        for v in facts.verifications
        if v.key.environment
        and not v.uses_key_set
        and (in_script or v.module.path.partition("/")[0] == root)
    ]


def check(facts: Facts) -> Iterator[Hit]:
    """Yield signatures made with another variable than the one that verifies them."""
    for mint in facts.tokens.mints:
        signs, verifies = set(mint.key.environment), _verifying(facts, mint)
        if not signs or not verifies or any(signs & set(v.key.environment) for v in verifies):
            continue
        here = mint.key.place[0] == mint.module.path
        message = f"Signed with {min(signs)}, verified with {verifies[0].key.environment[0]}."
        yield at(mint.module, mint.key.place[1] if here else mint.call.line, message)


RULE = Rule(
    requirement="environment:complete",
    category="env-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Signing and verifying read different variables.",
    why="Unless both happen to hold the same value, every token is refused.",
    remedy="Read one variable on both sides and document it in .env.example.",
    check=check,
    flagged=(
        Case(
            {
                "api/auth.py": """\
import os, jwt

A = os.getenv("JWT_SECRET")
B = os.getenv("BETTER_AUTH_SECRET")

def make(claims):
    return jwt.encode(claims, A, algorithm="HS256")

def read(token):
    return jwt.decode(token, B, algorithms=["HS256"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/auth.py": """\
import os, jwt

A = os.getenv("JWT_SECRET")

def make(claims):
    return jwt.encode(claims, A, algorithm="HS256")

def read(token):
    return jwt.decode(token, A, algorithms=["HS256"])
"""
            }
        ),
    ),
)
