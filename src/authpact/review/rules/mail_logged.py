import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._logs import Line, label
from authpact.review._rule import Case, Hit, Rule, at

_SENDS: Final = re.compile(
    r"sendResetPassword|sendVerificationEmail|sendEmail|magicLink|sendMagicLink|sendVerificationOTP|sendOTP"
    r"|sendInvitationEmail|sendChangeEmail\w*"
)
_BODY: Final = re.compile(
    r"^(?:html|text|body|url|link|otp|token|(?:reset|verification|magic|invite|confirm\w*)_?(?:url|link)|email_?html)$",
    re.IGNORECASE,
)
_LINK: Final = re.compile(
    r"^(?:password_)?(?:reset|verification|verify|magic|confirm\w*)_(?:url|link|token|code)$",
    re.IGNORECASE,
)


def _is_live(facts: Facts, line: Line) -> bool:
    module = line.module
    if module.language == "python":
        return any(_LINK.match(label(v)) for v in line.values)
    used = module.path in facts.imported or len(facts.scripts) == 1
    return (
        used
        and bool(_SENDS.search(module.code))
        and any(_BODY.match(label(v)) for v in line.values)
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that carry a reset or verification link, or a code of that kind."""
    for line in facts.log_lines:
        if _is_live(facts, line):
            yield at(line.module, line.call, "A mail with a live link is logged.")


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
const auth = betterAuth({ plugins: [emailOTP({ sendVerificationOTP: async ({ email, otp }) => {
  console.log({ email, otp });
} })] });
"""
            }
        ),
        Case(
            {
                "mail.py": """\
def forgot(email):
    reset_link = f"{settings.web}/reset?token={make_token(email)}"
    logger.info(f"reset link for {email}: {reset_link}")
"""
            }
        ),
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
                "mail.py": """\
def forgot(email):
    reset_link = make_link(email)
    send(email, reset_link)
    logger.info("reset link sent")

def fetch(url):
    logger.info("fetching %s", url)
"""
            }
        ),
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
