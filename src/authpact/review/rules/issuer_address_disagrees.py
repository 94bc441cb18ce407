from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Issuer
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members
from authpact.review.source._values import Value

_ORIGIN: Final = lazy(r"^https?://[^/\s]+")


def _origins(value: Value) -> set[str]:
    return {m[0] for m in map(_ORIGIN.match, value.literals) if m}


def _issued(facts: Facts, issuer: Issuer, claim: str) -> Value:
    """Return the issuer or audience of tokens of the jwt plugin: its option, else the base URL."""
    own = members(members(issuer.plugins.get("jwt", "")).get("jwt", ""))
    text = own.get(claim) or issuer.options.get("baseURL", "")
    return facts.evaluator.value(issuer.module, text)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield instances whose base address and the API's expectation have different defaults."""
    for issuer in facts.issuers.servers:
        if "jwt" not in issuer.plugins:
            continue
        for v in facts.verifications:
            for claim in ("issuer", "audience"):
                text = v.call.text_of(claim)
                if not text:
                    continue
                signed, wanted = (
                    _issued(facts, issuer, claim),
                    facts.evaluator.value(v.module, text),
                )
                apart = not set(signed.environment) & set(wanted.environment)
                first, second = _origins(signed), _origins(wanted)
                if apart and first and second and not first & second:
                    message = f"Tokens name {min(first)} as {claim}, the API wants {min(second)}."
                    yield at(issuer.module, issuer.line_of(r"\bbaseURL\s*:"), message)
                    return


RULE = Rule(
    requirement="token:issuer",
    category="env-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Issuer and API take the address of the issuer from different places.",
    why="Unless both variables happen to be set alike, every token names another issuer or audience than the API wants and is refused.",
    remedy="Read one variable on both sides, or fix `jwt.issuer` and `jwt.audience` as names.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  baseURL: process.env.NEXT_PUBLIC_AUTH_URL || "http://localhost:3001",
  plugins: [jwt()],
});
""",
                "api/auth.py": """\
import jwt, os

AUTH_URL = os.getenv("AUTH_URL", "http://localhost:3000")

def read(token, key):
    return jwt.decode(token, key, algorithms=["EdDSA"], issuer=AUTH_URL, audience=AUTH_URL)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  baseURL: process.env.NEXT_PUBLIC_AUTH_URL || "http://localhost:3000",
  plugins: [jwt()],
});
""",
                "api/auth.py": """\
import jwt, os

AUTH_URL = os.getenv("AUTH_URL", "http://localhost:3000")

def read(token, key):
    return jwt.decode(token, key, algorithms=["EdDSA"], issuer=AUTH_URL, audience=AUTH_URL)
""",
            }
        ),
    ),
)
