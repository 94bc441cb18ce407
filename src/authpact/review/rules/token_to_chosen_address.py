import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_TO_SCRIPT: Final = re.compile(
    r"(?:redirect\(|location(?:\.href)?\s*=|location\.(?:assign|replace)\()\s*(?:new URL\()?`\$\{\s*(\w+)\s*\}[^`]*[?&#](?:token|access_token|jwt)=\$\{"
)
_TO_PYTHON: Final = re.compile(
    r"RedirectResponse\(\s*(?:url\s*=\s*)?f[\"']\{\s*(\w+)\s*\}[^\"']*[?&#](?:token|access_token|jwt)=\{"
)
_CHECKED: Final = re.compile(
    r"allow|startswith\(|startsWith\(|\.origin\b|hostname|netloc|whitelist", re.IGNORECASE
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield redirects that carry a token to an address of the request."""
    for modules, pattern in ((facts.scripts, _TO_SCRIPT), (facts.python, _TO_PYTHON)):
        for module, line, match in facts.matches(modules, pattern):
            function = next(
                (f for f in reversed(module.functions) if f.line <= line <= f.end_line), None
            )
            text = function.text if function else module.code
            given = function is not None and any(p.name == match[1] for p in function.parameters)
            read = re.search(
                rf"\b{match[1]}\b\s*=\s*[^\n;]*(?:searchParams|query|params|request\.)", text
            )
            if (given or read) and not _CHECKED.search(text):
                yield at(module, line, "A token is sent to an address that the caller chooses.")


RULE = Rule(
    requirement="transport:one-place",
    category="open-redirect-token-leak",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A redirect hands the token to any address.",
    why="A prepared link makes the user's browser send the token to an attacker.",
    remedy="Redirect to a fixed list of addresses, and never put a token into one.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
def callback(redirect_uri: str, token: str):
    return RedirectResponse(f"{redirect_uri}?token={token}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
def callback(token: str):
    return RedirectResponse(f"{FRONTEND}/done")
"""
            }
        ),
    ),
)
