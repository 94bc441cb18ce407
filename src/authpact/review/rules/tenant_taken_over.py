import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_UNOWNED: Final = lazy(
    r"(?:owner_\w+|user_id|owner)(?:\.is_\(\s*None\s*\)|\s*==\s*None|\s+IS\s+NULL)", re.IGNORECASE
)
_TAKES: Final = lazy(
    r"^\s+\w+\.(?:owner_\w+|user_id|owner)\s*=\s*\w*(?:user|sub|owner|claims)\w*", re.MULTILINE
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verification code that gives existing data to whoever comes first."""
    for module in facts.python:
        for function in module.functions:
            if not _UNOWNED.search(function.text):
                continue
            found = next(lines_matching(function.text, _TAKES), None)
            if (
                found
                and re.search(r"\.first\(\)|limit\(1\)|one_or_none", function.text)
                and facts.application.checks(module, function)
            ):
                yield at(
                    module,
                    function.line + found[0],
                    "Whoever signs in first is given data that has no owner.",
                )


RULE = Rule(
    requirement="ownership:foreign-resource",
    category="tenant-claim-by-first-user",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Unowned data is given to the next new user.",
    why="Anybody who registers takes existing data over.",
    remedy="Assign owners in a migration, and create an empty tenant for a new user.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def practice(db, user_id=Depends(get_current_user)):
    row = db.scalars(select(P).where(P.owner_user_id.is_(None))).first()
    if row:
        row.owner_user_id = user_id
    return row
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def practice(db, user_id=Depends(get_current_user)):
    return db.scalars(select(P).where(P.owner_user_id == user_id)).first()
"""
            }
        ),
    ),
)
