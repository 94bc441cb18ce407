from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._mints import Mint
from authpact.review.facts._tokens import Verification


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


def _are_one(facts: Facts, first: set[str], second: set[str]) -> bool:
    """Whether a deployment gives both names the same value."""
    rows = [v for v in facts.environment.variables if v.value.strip("\"' ")]
    given = {v.value.strip("\"' ") for v in rows if v.name in first}
    given |= {f"${{{name}}}" for name in first}
    return any(v.name in second and v.value.strip("\"' ") in given for v in rows)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield signatures made with another variable than the one that verifies them."""
    for mint in facts.tokens.mints:
        signs, verifies = set(mint.key.environment), _verifying(facts, mint)
        if not signs or not verifies or any(signs & set(v.key.environment) for v in verifies):
            continue
        if _are_one(facts, signs, {n for v in verifies for n in v.key.environment}):
            continue
        here = mint.key.place[0] == mint.module.path
        message = f"Signed with {min(signs)}, verified with {verifies[0].key.environment[0]}."
        if mint.module.language == "script":
            yield at(verifies[0].module, verifies[0].call, message)
            continue
        yield at(mint.module, mint.key.place[1] if here else mint.call.line, message)


_TWO: Final = {
    "web/app/api/pass/route.ts": """\
import { SignJWT } from "jose";
export async function POST() {
  const pass = await new SignJWT({ sub: "a" })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(process.env.PASS_KEY));
  return Response.json({ pass });
}
""",
    "api/auth.py": """\
import os, jwt

def read(token):
    return jwt.decode(token, os.environ["NOTES_KEY"], algorithms=["HS256"])
""",
}

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
        Case(_TWO),
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
        Case({**_TWO, "compose.yaml": "environment:\n  PASS_KEY: ${P}\n  NOTES_KEY: ${P}\n"}),
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
