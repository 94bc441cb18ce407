import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield the origin `null` among those with credentials."""
    for cors in facts.cors:
        if cors.credentials and "null" in cors.origins.literals:
            home = facts.project.by_path.get(cors.origins.place[0], cors.module)
            found = next(
                (n for n, t in enumerate(home.lines, 1) if re.search(r"[\"']null[\"']", t)),
                cors.call.line,
            )
            yield at(home, found, 'The origin "null" may send requests with credentials.')


RULE = Rule(
    requirement="browser:cors",
    category="cors-null-origin",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary='The origin "null" is allowed.',
    why="Sandboxed frames and local files of anybody have this origin.",
    remedy='Remove "null" from the origins.',
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["null"], allow_credentials=True)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"], allow_credentials=True)
"""
            }
        ),
    ),
)
