import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._issuers import Issuer
from authpact.review._mends import drop_member
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


class _Option(NamedTuple):
    """An option as a person would say it, its name and value, and a pattern that ends at it."""

    shown: str
    name: str
    value: str
    pattern: str


def _in_plugin(issuer: Issuer) -> Iterator[_Option]:
    options = members(issuer.plugins.get("jwt", ""))
    for name, value in options.items():
        if name in _PLUGIN and name not in _KNOWN:
            pattern = rf"jwt\(\s*\{{[\s\S]*?\b{name}\b"
            yield _Option(f"jwt({{ {name} }})", name, value, pattern)
    for name, value in members(options.get("jwt", "")).items():
        if name in _INNER:
            yield _Option(f"jwt({{ jwt: {{ {name} }} }})", name, value, rf"\b{name}\s*:")


def _elsewhere(issuer: Issuer) -> Iterator[_Option]:
    for name, value in members(issuer.options.get("session", "")).items():
        if name in _SESSION:
            yield _Option(f"session.{name}", name, value, r"\bsession\s*:\s*\{")
    for name in ("jwt", "jwtSecret"):
        if name in issuer.options:
            yield _Option(name, name, issuer.options[name], rf"\b{name}\s*:")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield options of Better Auth that do not exist."""
    for issuer in facts.issuers.servers:
        for option in (*_in_plugin(issuer), *_elsewhere(issuer)):
            line = issuer.line_of(option.pattern)
            member = rf"\b{option.name}\s*:\s*{re.escape(option.value)}"
            mend = drop_member(issuer.module.text, line, member, safe=True)
            yield at(issuer.module, line, f"Better Auth ignores {option.shown}.", mend=mend)


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
