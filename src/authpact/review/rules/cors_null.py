from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_NULL: Final = lazy(r"[\"']null[\"']")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield the origin `null` among those with credentials."""
    for cors in facts.cors:
        if not cors.credentials or "null" not in cors.origins.literals:
            continue
        other = facts.project.by_path.get(cors.origins.place[0], cors.module)
        places = [(m, n) for m in (cors.module, other) for n, _ in lines_matching(m.code, _NULL)]
        module, line = places[0] if places else (cors.module, cors.call.line)
        yield at(module, line, 'The origin "null" may send requests with credentials.')


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
