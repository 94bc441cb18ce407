from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._issuers import Issuer
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import members

_PLUGIN: Final = frozenset(
    {
        "algorithm",
        "secret",
        "expiresIn",
        "jwtSecret",
        "signingKey",
        "issuer",
        "audience",
        "alg",
        "expirationTime",
        "signOptions",
    }
)
_SESSION: Final = frozenset({"strategy", "jwt", "secret", "algorithm", "maxAge"})
_KNOWN: Final = frozenset(
    {"jwks", "jwt", "schema", "disableSettingJwtHeader", "adapter", "sessionCookieCache"}
)
_INNER: Final = frozenset({"algorithm", "secret", "expiresIn", "alg"})


def _in_plugin(issuer: Issuer) -> Iterator[tuple[str, str]]:
    options = members(issuer.plugins.get("jwt", ""))
    for name in options:
        if name in _PLUGIN and name not in _KNOWN:
            yield f"jwt({{ {name} }})", rf"jwt\(\s*\{{[\s\S]*?\b{name}\b"
    for name in members(options.get("jwt", "")):
        if name in _INNER:
            yield f"jwt({{ jwt: {{ {name} }} }})", rf"\b{name}\s*:"


def check(facts: Facts) -> Iterator[Hit]:
    """Yield options of Better Auth that do not exist."""
    for issuer in facts.issuers.servers:
        for shown, pattern in _in_plugin(issuer):
            yield at(issuer.module, issuer.line_of(pattern), f"Better Auth ignores {shown}.")
        for name in members(issuer.options.get("session", "")):
            if name in _SESSION:
                yield at(
                    issuer.module,
                    issuer.line_of(r"\bsession\s*:\s*\{"),
                    f"Better Auth ignores session.{name}.",
                )
        for name in ("jwt", "jwtSecret"):
            if name in issuer.options:
                yield at(
                    issuer.module, issuer.line_of(rf"\b{name}\s*:"), f"Better Auth ignores {name}."
                )


RULE = Rule(
    requirement="issue:fixed-identity",
    category="invalid-config-key",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An option of Better Auth does not exist.",
    why="It is ignored in silence: the tokens stay EdDSA and live 15 minutes, whatever the option says.",
    remedy="Remove it; the options are `jwks.keyPairConfig`, `jwt.issuer`, `jwt.audience`, `jwt.expirationTime` and `jwt.definePayload`.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt({ algorithm: "HS256" })] });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt({ jwt: { expirationTime: "15m" } })] });
"""
            }
        ),
    ),
)
