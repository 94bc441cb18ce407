from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield wildcard origins together with credentials."""
    for cors in facts.cors:
        if not cors.credentials:
            continue
        if "*" in cors.origins.literals or cors.pattern in {
            ".*",
            "^.*$",
            ".+",
            "https?://.*",
            "^https?://.*$",
        }:
            yield at(
                cors.module, cors.origins_line, "Every origin may send requests with credentials."
            )


RULE = Rule(
    requirement="browser:cors",
    category="cors-wildcard-with-credentials",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Any origin is allowed with credentials.",
    why="Starlette then answers with the caller's own origin, so every web site may act for the user.",
    remedy="List the exact origins of the frontend.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["https://todo.example.com"], allow_credentials=True)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["*"])
"""
            }
        ),
    ),
)
