import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_PRIVATE: Final = re.compile(r"process\.env\.(?!NEXT_PUBLIC_|NODE_ENV|VERCEL_ENV)(\w+)")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield auth clients whose address is in a variable that browsers do not get."""
    for client in facts.issuers.clients:
        text = client.options.get("baseURL", "")
        found = _PRIVATE.search(text)
        if found and "NEXT_PUBLIC_" not in text and "typeof window" not in text:
            line = next(
                (
                    n
                    for n in range(client.call.line, client.call.end_line + 1)
                    if found[1] in client.module.lines[n - 1]
                ),
                client.call.line,
            )
            yield at(client.module, line, f"{found[1]} does not reach the browser.")


RULE = Rule(
    requirement="environment:complete",
    category="env-not-public",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The auth client reads a server variable.",
    why="Next.js gives browsers NEXT_PUBLIC_ variables only; the deployed client falls back to localhost.",
    remedy="Leave baseURL out when both are on one origin, or use a NEXT_PUBLIC_ variable.",
    check=check,
    flagged=(
        Case(
            {
                "lib/client.ts": """\
export const client = createAuthClient({
  baseURL: process.env.BETTER_AUTH_URL || "http://localhost:3000",
});
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/client.ts": """\
export const client = createAuthClient({
  baseURL: process.env.NEXT_PUBLIC_APP_URL,
});
"""
            }
        ),
    ),
)
