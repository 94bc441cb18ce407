from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._user_fields import UserFields
from authpact.review.source._pattern import lazy
from authpact.review.source._text import snake

_SECRET: Final = lazy(
    r"(?:^|_)(?:api_key|secret|secret_key|private_key|(?:access|refresh|auth|reset|api|bot|github|webhook)_token|token"
    r"|password|password_(?:hash|hint)|passphrase|ssn|tax_id|national_id|pin|pin_code|pin_hash|iban|card_number"
    r"|(?:recovery|backup)_codes?|security_answer)$"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield additional fields with secrets that every session hands to the browser."""
    for issuer in facts.issuers.servers:
        for one in UserFields(facts.project).of(issuer):
            if one.is_returned and _SECRET.search(snake(one.name)):
                message = f"`{one.name}` is part of every session that the browser reads."
                yield at(one.module, one.line, message)


RULE = Rule(
    requirement="error:no-leak",
    category="sensitive-field-exposed",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A secret is an additional user field that is returned.",
    why="Better Auth answers additional fields with each session, and the jwt plugin signs them into tokens by default.",
    remedy="Add `returned: false`, or keep the secret in a table of its own.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  user: { additionalFields: { refreshToken: { type: "string", input: false } } },
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
const hidden = { input: false, returned: false } as const;
export const auth = betterAuth({
  user: {
    additionalFields: {
      refreshToken: { type: "string", ...hidden },
      tokenCount: { type: "number", input: false },
    },
  },
});
"""
            }
        ),
    ),
)
