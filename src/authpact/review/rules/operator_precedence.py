from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_MIXED: Final = lazy(
    r"process\.env\.(\w+)\s*\|\|\s*(?:\n\s*)?process\.env\.(\w+)\s*(?:\n\s*)?\?\s*(?:\n\s*)?`https?://\$\{\s*process\.env\.(\w+)"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield `a || b ? x : y`, which means `(a || b) ? x : y`."""
    for module, line, match in facts.matches(facts.scripts, _MIXED):
        yield at(module, line, f"{match[1]} is never used: `||` binds closer than `?`.")


RULE = Rule(
    requirement="environment:complete",
    category="env-precedence-bug",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The base address is chosen by a misread expression.",
    why="With only the first variable set, the address becomes https://undefined.",
    remedy="Put parentheses around the conditional.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
const url = process.env.BETTER_AUTH_URL || process.env.VERCEL_URL ? `https://${process.env.VERCEL_URL}` : "http://localhost:3000";
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
const url = process.env.BETTER_AUTH_URL || (process.env.VERCEL_URL ? `https://${process.env.VERCEL_URL}` : "http://localhost:3000");
"""
            }
        ),
    ),
)
