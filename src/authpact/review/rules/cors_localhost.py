import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at, once


def _fixed(facts: Facts) -> Iterator[tuple[str, Hit]]:
    for cors in facts.cors:
        origins = cors.origins
        if origins.environment or not origins.literals or not origins.known or cors.pattern:
            continue
        local = all(re.search(r"localhost|127\.0\.0\.1|0\.0\.0\.0", o) for o in origins.literals)
        if cors.origins_text.startswith("[") and local:
            yield "", at(cors.module, cors.origins_line, "The origins are fixed to localhost.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield the first application whose origins are fixed to this machine."""
    yield from once(_fixed(facts))


RULE = Rule(
    requirement="browser:cors",
    category="cors-hardcoded-localhost",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="CORS origins are fixed to localhost.",
    why="The deployed frontend cannot call the API.",
    remedy="Read the origins from the environment.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=[settings.frontend_url])
"""
            }
        ),
    ),
)
