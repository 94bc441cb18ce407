import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._tokens import looks_session_up
from authpact.review.source._pattern import lazy
from authpact.review.source._text import has_any

_NAIVE: Final = lazy(r"utcnow\(\)\s*\.timestamp\(\)")
_MIXED: Final = lazy(
    r"(?<!utc)fromtimestamp\([^,()]*(?:\([^()]*\)[^,()]*)?\)\s*[<>]=?\s*datetime(?:\.datetime)?\.utcnow\("
    r"|utcnow\(\)\s*[<>]=?\s*datetime(?:\.datetime)?\.fromtimestamp\([^,()]*\)"
    r"|utcfromtimestamp\([^()]*(?:\([^()]*\))?[^()]*\)\s*[<>]=?\s*datetime(?:\.datetime)?\.now\("
)


_AWARE: Final = lazy(
    r"^[ \t]+(\w*exp\w*)\s*[:=][^\n]*(?:\n[ \t]{8,}[^\n]*){0,4}?(?:DateTime|TIMESTAMP)\([^()\n]*timezone\s*=\s*True",
    re.MULTILINE,
)
_NOW: Final = r"datetime(?:\.datetime)?\.(?:utcnow|now)\(\s*\)"
_KEPT: Final = lazy(rf"^[ \t]*(\w+)\s*=\s*{_NOW}\s*$", re.MULTILINE)


def _of_columns(facts: Facts) -> Iterator[Hit]:
    """Yield comparisons of a column that has a zone with a time that has none."""
    zoned = (m.code for m in facts.python if has_any(m.code, "DateTime(", "TIMESTAMP("))
    aware = "|".join(sorted({n for code in zoned for n in _AWARE.findall(code)}))
    for module in facts.python if aware else ():
        for function in module.functions:
            text = function.text
            if "now(" not in text or "exp" not in text:
                continue
            naive = "|".join([_NOW, *(rf"{n}\b" for n in _KEPT.findall(text))])
            sides = rf"\.(?:{aware})\s*[<>]=?\s*(?:{naive})|(?:{naive})\s*[<>]=?\s*[\w.]+\.(?:{aware})\b"
            for found in re.finditer(sides, text):
                line = function.line + text.count("\n", 0, found.start())
                yield at(module, line, "A time without zone is compared with one that has a zone.")


_LOCAL: Final = lazy(
    r"expir\w*(?:[\"']?\])?(?:\.replace\(\s*tzinfo\s*=\s*None\s*\))?\s*[<>]=?\s*datetime(?:\.datetime)?\.now\(\s*\)"
    r"|datetime(?:\.datetime)?\.now\(\s*\)(?:\.replace\(\s*tzinfo\s*=\s*None\s*\))?\s*[<>]=?\s*[\w.\[\"']*expir",
    re.IGNORECASE,
)


def _of_sessions(facts: Facts) -> Iterator[Hit]:
    """Yield sessions of the issuer whose end, written in UTC, is compared with local time."""
    for module in facts.python:
        for function in module.functions if ".now(" in module.code else ():
            found = _LOCAL.search(function.text)
            if found and looks_session_up(function.text):
                line = function.line + function.text.count("\n", 0, found.start())
                yield at(
                    module, line, "The end of the session is UTC, it is compared with local time."
                )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield expiry checks that compare times of different clocks."""
    yield from dict.fromkeys(_of_columns(facts))
    yield from _of_sessions(facts)
    for pattern in (_NAIVE, _MIXED):
        for module, line, _ in facts.matches(facts.python, pattern):
            around = "\n".join(module.lines[max(0, line - 4) : line + 2])
            if re.search(r"exp|iat", around):
                yield at(module, line, "A time without zone is taken for local time.")


RULE = Rule(
    requirement="token:expiry",
    category="expiry-timezone-bug",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An expiry check mixes clocks.",
    why="On a server that does not run in UTC, tokens end hours too early or too late.",
    remedy="Leave the check to the JWT library, or compare numbers: `exp <= time.time()`.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def current(token):
    row = first("SELECT * FROM session WHERE token = :token", token)
    if row["expiresAt"].replace(tzinfo=None) < datetime.now():
        raise HTTPException(401)
    return row
"""
            }
        ),
        Case(
            {
                "rows.py": """\
class Visit(Base):
    expires = Column("expires", DateTime(timezone=True))

def is_over(visit):
    now = datetime.utcnow()
    return now > visit.expires
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from datetime import datetime

def expired(payload):
    return payload["exp"] < datetime.utcnow().timestamp()
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def current(token):
    row = first("SELECT * FROM session WHERE token = :token", token)
    if row["expiresAt"] < datetime.now(timezone.utc):
        raise HTTPException(401)
    return row

def is_over(offer):
    return offer.expires_at < datetime.now()
"""
            }
        ),
        Case(
            {
                "rows.py": """\
class Visit(Base):
    expires = Column("expires", DateTime(timezone=True))
    made = Column("made", DateTime)

def is_over(visit):
    now = datetime.now(UTC)
    return now > visit.expires or visit.made > datetime.utcnow()
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from datetime import datetime, UTC

def expired(payload):
    return payload["exp"] < datetime.now(UTC).timestamp()
"""
            }
        ),
    ),
)
