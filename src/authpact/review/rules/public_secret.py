import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_PUBLIC: Final = re.compile(
    r"\bNEXT_PUBLIC_\w*(?:SECRET|DATABASE_URL|DB_URL|PRIVATE|PASSWORD|SERVICE_ROLE|JWT_KEY)\w*"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets in variables that reach the browser."""
    for module, line, match in facts.matches(facts.project.modules, _PUBLIC):
        yield at(module, line, f"{match[0]} is compiled into the browser bundle.")
    for v in facts.environment.variables:
        if _PUBLIC.match(v.name):
            yield Hit(v.file, v.line, f"{v.name} is compiled into the browser bundle.")


RULE = Rule(
    requirement="environment:not-public",
    category="secret-in-public-env",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A secret is in a NEXT_PUBLIC_ variable.",
    why="Next.js writes these values into the JavaScript that every visitor downloads.",
    remedy="Rename the variable without the prefix and read it on the server only.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
const secret = process.env.NEXT_PUBLIC_JWT_SECRET;
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
const secret = process.env.JWT_SECRET; const url = process.env.NEXT_PUBLIC_API_URL;
"""
            }
        ),
    ),
)
