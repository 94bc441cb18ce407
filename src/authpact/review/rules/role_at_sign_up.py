import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import members

_PRIVILEGE: Final = re.compile(
    r"^(?:role|roles|isAdmin|is_admin|admin|permissions?|scope|plan|credits|tier|verified|accessLevel)$"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield privileged user fields that a client may send at sign-up."""
    for issuer in facts.issuers.servers:
        inner = members(members(issuer.options.get("user", "")).get("additionalFields", ""))
        for name, text in inner.items():
            if _PRIVILEGE.match(name) and not re.search(r"input\s*:\s*false", text):
                severity = (
                    Severity.CRITICAL
                    if re.search(r"role|admin|permission|access", name, re.IGNORECASE)
                    else Severity.HIGH
                )
                line = issuer.line_of(rf"\b{name}\s*:\s*\{{")
                head = re.search(rf"\b{name}\s*:\s*\{{", issuer.module.lines[line - 1])
                mend = head and swap(issuer.module.text, line, head[0], f"{head[0]} input: false,")
                message = f"Anybody may send `{name}` at sign-up."
                yield at(issuer.module, line, message, severity, mend)


RULE = Rule(
    requirement="token:roles",
    category="role-settable-at-signup",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Users may choose their own role.",
    why="Better Auth takes additional fields from the sign-up body unless `input: false`: anybody registers as administrator.",
    remedy="Add `input: false`, or use the admin plugin.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  user: { additionalFields: { role: { type: "string", defaultValue: "user" } } },
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
  user: { additionalFields: { role: { type: "string", input: false } } },
});
"""
            }
        ),
    ),
)
