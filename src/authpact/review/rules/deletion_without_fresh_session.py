import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._text import members


def check(facts: Facts) -> Iterator[Hit]:
    """Yield issuers that allow account deletion with an old session."""
    for issuer in facts.issuers.servers:
        user = members(issuer.options.get("user", ""))
        enabled = re.search(r"enabled\s*:\s*true", user.get("deleteUser", ""))
        session = members(issuer.options.get("session", ""))
        if (
            enabled
            and session.get("freshAge", "").strip() == "0"
            and "sendDeleteAccountVerification" not in user.get("deleteUser", "")
        ):
            yield at(
                issuer.module,
                issuer.line_of(r"\bfreshAge\b"),
                "An old session is enough to delete the account.",
            )


RULE = Rule(
    requirement="session:lifetime",
    category="sensitive-action-no-reauth",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="Account deletion needs no fresh session.",
    why="`freshAge: 0` switches the check off: a stolen session can delete the account.",
    remedy="Leave freshAge at its default, or demand the password or a mail for deletion.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ user: { deleteUser: { enabled: true } }, session: { freshAge: 0 } });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ user: { deleteUser: { enabled: true } } });
"""
            }
        ),
    ),
)
