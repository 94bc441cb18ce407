from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield origins with a star inside."""
    for cors in facts.cors:
        for origin in cors.origins.literals:
            if "*" in origin and origin.strip() != "*" and "://" in origin:
                home = facts.project.by_path.get(cors.origins.place[0], cors.module)
                line = next((n for n, t in enumerate(home.lines, 1) if origin in t), cors.call.line)
                yield at(home, line, f"{origin} never matches: origins are compared exactly.")
                break


RULE = Rule(
    requirement="browser:cors",
    category="cors-glob-not-matched",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An origin holds a star.",
    why="Starlette compares `allow_origins` exactly, so the deployed frontend is blocked.",
    remedy="Write the exact origin, or a narrow `allow_origin_regex`.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["https://*.vercel.app"], allow_credentials=True)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["https://todo.vercel.app"], allow_credentials=True)
"""
            }
        ),
    ),
)
