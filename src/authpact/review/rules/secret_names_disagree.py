from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield signatures made with another variable than the one that verifies them."""
    for mint in facts.tokens.mints:
        signs = set(mint.key.environment)
        if not signs or mint.module.language != "python":
            continue
        root = mint.module.path.partition("/")[0]
        verifies = [
            v
            for v in facts.verifications
            if v.key.environment and v.module.path.partition("/")[0] == root and not v.uses_key_set
        ]
        if not verifies or any(signs & set(v.key.environment) for v in verifies):
            continue
        other = verifies[0].key.environment[0]
        line = mint.key.place[1] if mint.key.place[0] == mint.module.path else mint.call.line
        yield at(
            mint.module,
            line,
            f"Tokens are signed with {min(signs)} but verified with {other}.",
        )


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
