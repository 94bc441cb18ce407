import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Issuer
from authpact.review.facts._mints import amount_in
from authpact.review.source._text import members

_DAY: Final = 86400
_WEEK: Final = 7 * _DAY
_YEARS: Final = 366 * 3 * _DAY


def _lifetimes(issuer: Issuer) -> Iterator[tuple[str, str, str, float]]:
    """Yield (what, option, value, longest sensible seconds) for each lifetime that is written."""
    password = members(issuer.options.get("emailAndPassword", ""))
    verification = members(issuer.options.get("emailVerification", ""))
    session = members(issuer.options.get("session", ""))
    reset = "resetPasswordTokenExpiresIn"
    yield "A link that resets a password", reset, password.get(reset, ""), _DAY
    yield "A link that verifies an address", "expiresIn", verification.get("expiresIn", ""), _WEEK
    yield "A session", "expiresIn", session.get("expiresIn", ""), _YEARS
    for plugin, what in (("magicLink", "A link that signs in"), ("emailOTP", "A code in a mail")):
        options = members(issuer.plugins.get(plugin, ""))
        yield what, "expiresIn", options.get("expiresIn", ""), _DAY


def check(facts: Facts) -> Iterator[Hit]:
    """Yield links and sessions that live far too long, mostly milliseconds given for seconds."""
    for issuer in facts.issuers.servers:
        for what, option, text, longest in _lifetimes(issuer):
            lives = amount_in(text)
            if lives > longest:
                line = issuer.line_of(rf"\b{option}\s*:\s*{re.escape(text)}")
                message = f"{what} lives {lives / _DAY:.4g} days; the option counts seconds."
                yield at(issuer.module, line, message)


RULE = Rule(
    requirement="token:lifetime",
    category="excessive-expiry",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A link of a mail, or a session, lives far too long.",
    why="Better Auth counts lifetimes in seconds. Milliseconds make weeks of an hour: an old mail takes an account over.",
    remedy="Write seconds: `60 * 60` is an hour.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  emailAndPassword: { enabled: true, resetPasswordTokenExpiresIn: 1000 * 60 * 30 },
});
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  plugins: [magicLink({ expiresIn: 600_000, sendMagicLink })],
});
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  session: { expiresIn: 7 * 24 * 60 * 60 * 1000 },
});
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  emailAndPassword: { enabled: true, resetPasswordTokenExpiresIn: 60 * 60 },
  emailVerification: { expiresIn: 60 * 60 * 24, sendVerificationEmail },
  session: { expiresIn: 60 * 60 * 24 * 30 },
  plugins: [magicLink({ expiresIn: 60 * 5, sendMagicLink })],
});
"""
            }
        ),
    ),
)
