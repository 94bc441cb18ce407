import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_REFLECTS: Final = re.compile(
    r"headers\[\s*[\"']Access-Control-Allow-Origin[\"']\s*\]\s*=\s*(?:request\.headers|origin\b)",
    re.IGNORECASE,
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers that name the caller's own origin."""
    for module, line, _ in facts.matches(facts.python, _REFLECTS):
        around = "\n".join(module.lines[max(0, line - 12) : line])
        if (
            not re.search(r"\bin\s+\w*(?:origins|allowed)\w*", around, re.IGNORECASE)
            and "Allow-Credentials" in module.code
        ):
            yield at(module, line, "Every origin is echoed, with credentials.")


RULE = Rule(
    requirement="browser:cors",
    category="cors-reflects-origin",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The caller's origin is echoed.",
    why="Every web site may send requests for the user and read the answers.",
    remedy="Compare with a list of exact origins before answering.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
def cors(request, response):
    response.headers["Access-Control-Allow-Origin"] = request.headers.get("origin")
    response.headers["Access-Control-Allow-Credentials"] = "true"
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
def cors(origin, response):
    if origin in allowed_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Credentials"] = "true"
"""
            }
        ),
    ),
)
