import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_LOGS: Final = re.compile(r"console\.(?:log|info|error|warn)\(([^\n]*)")
_BODY: Final = re.compile(
    r"^\s*(?:html|text|body|url|link|resetUrl|resetLink|verificationUrl|emailHtml)\s*\)|\$\{\s*(?:url|resetUrl|link|token|verificationUrl|html)\s*\}|,\s*(?:url|resetUrl|resetLink|token|html)\s*\)"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that carry a reset or verification link."""
    for module in facts.scripts:
        if module.path not in facts.imported and len(facts.scripts) > 1:
            continue
        if not re.search(
            r"sendResetPassword|sendVerificationEmail|sendEmail|magicLink|sendMagicLink",
            module.code,
        ):
            continue
        for line, match in lines_matching(module.code, _LOGS):
            if _BODY.search(match[1]):
                yield at(module, line, "A mail with a live link is logged.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="reset-link-logged",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A reset or verification link is written to the log.",
    why="Whoever reads the log can set the password of the user.",
    remedy="Log that the mail failed, not what it says.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
const auth = betterAuth({ emailAndPassword: { sendResetPassword: async ({ user, url }) => {
  console.log(`reset ${url}`);
} } });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
const auth = betterAuth({ emailAndPassword: { sendResetPassword: async ({ user, url }) => {
  await send(user.email, url);
  console.log("mail sent");
} } });
"""
            }
        ),
    ),
)
