import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_PARSED: Final = re.compile(
    r"(?:parseInt|Number)\(\s*(?:\w+\??\.)*(?:user\??\.id|userId|session\.userId)\b"
)
_PYTHON: Final = re.compile(
    r"int\(\s*(?:payload|claims|decoded|token_data)(?:\.get\(\s*|\[\s*)[\"'](?:sub|id|user_id)[\"']|hash\(\s*(?:payload|claims)(?:\.get\(|\[)\s*[\"']sub"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield user ids that are turned into numbers."""
    for module, line, _ in facts.matches(facts.scripts, _PARSED):
        if (
            "better-auth" in module.code
            or "auth.api" in module.code
            or re.search(r"session\??\.user", module.code)
        ):
            yield at(module, line, "The text id of a user is turned into a number.")
    issues_own = any(m.module.language == "python" for m in facts.tokens.mints)
    if facts.issuers.servers and not issues_own:
        for module, line, _ in facts.matches(facts.python, _PYTHON):
            yield at(module, line, "The text id of a user is turned into a number.")


RULE = Rule(
    requirement="token:subject",
    category="lossy-identity-mapping",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="User ids of Better Auth are squeezed into numbers.",
    why="Ids that start with digits collide with other users, all others become NaN.",
    remedy="Keep the id as text everywhere.",
    check=check,
    flagged=(
        Case(
            {
                "token.ts": """\
const session = await auth.api.getSession({ headers });
const claims = { user_id: parseInt(session.user.id) };
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "token.ts": """\
const session = await auth.api.getSession({ headers });
const claims = { sub: session.user.id };
"""
            }
        ),
    ),
)
