"""Which status a document gives to which case: read from its sentences and table rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from authpact.compile._document import Document, Statement

_STATUS: Final = re.compile(r"(?<![\d.:#-])\b(401|403|404)\b(?!\.?\d)")
_CLAUSE: Final = re.compile(r"[;,](?=\s)")


@dataclass(frozen=True, slots=True)
class StatusCase:
    """One kind of refused request and the statuses that fit it."""

    name: str
    pattern: re.Pattern[str]
    fitting: tuple[int, ...]
    requirement: str


@dataclass(frozen=True, slots=True)
class Given:
    """A status the document gives to a case in one line."""

    case: StatusCase
    status: int
    line: int


def _case(name: str, pattern: str, fitting: tuple[int, ...], requirement: str) -> StatusCase:
    return StatusCase(name, re.compile(pattern, re.IGNORECASE), fitting, requirement)


FOREIGN_PATH: Final = _case(
    "the path of another user",
    r"\b(path|url|user_?id)\b.{0,80}\b(another|other|different|foreign|mismatch\w*|"
    r"does not match|difference)\b|"
    r"\b(foreign|another user'?s|other users?'?s?) path\b",
    (403, 404),
    "ownership:foreign-path",
)
FOREIGN_OBJECT: Final = _case(
    "the object of another user",
    r"\b(object|resource|row|task|record|item)s?\b.{0,30}\b(of|owned by|"
    r"belong\w* to) (another|other|someone|a different)\b|"
    r"\b(foreign|another user'?s|other users?'?s?|someone else'?s) (object|resource|task|"
    r"row|record|item)s?\b",
    (403, 404),
    "ownership:foreign-resource",
)
CASES: Final = (
    _case(
        "a missing token",
        r"\bwithout (an? |any |the )?(access |bearer )?(token|credentials|authorization header)\b|"
        r"\bmissing (access |bearer )?(token|credentials|authorization)|\btoken (is )?missing\b|"
        r"\bno `?authorization`? header\b|(?<!and )\bno (token|credentials)\b(?! of)",
        (401,),
        "error:missing-token",
    ),
    _case(
        "a token that does not verify",
        r"\b(invalid|malformed|expired|tampered|forged|unsigned|bad) (or \w+ |"
        r", \w+ )*(access |bearer )?"
        r"(tokens?|jwts?|signature)\b|\b(token|jwt) (is |has )?(invalid|malformed|expired|"
        r"tampered)\b|"
        r"\bexpired token\b",
        (401,),
        "error:unauthenticated",
    ),
    _case(
        "a missing role or permission",
        r"\b(role|permission|privilege|scope)s? (is |are )?(missing|lacking|insufficient|"
        r"not granted)\b|"
        r"\b(missing|lacks?|lacking|without|insufficient|wrong) .{0,20}\b(role|permission|"
        r"privilege|scope)s?\b",
        (403,),
        "error:forbidden",
    ),
    FOREIGN_PATH,
    FOREIGN_OBJECT,
)


@lru_cache(maxsize=4)
def given(document: Document) -> tuple[Given, ...]:
    """Return every status the document, acceptance criteria included, gives to a case."""
    return tuple(_given(document))


def _given(document: Document) -> Iterator[Given]:
    for statement in document.statements:
        for text in _readable(statement):
            statuses = set(_STATUS.findall(text))
            if len(statuses) != 1:
                continue
            status = int(statuses.pop())
            for case in CASES:
                if case.pattern.search(text):
                    yield Given(case, status, statement.line)


def _readable(statement: Statement) -> tuple[str, ...]:
    """Take a sentence with one status whole, one with several clause by clause."""
    if len(set(_STATUS.findall(statement.text))) <= 1 or statement.cells:
        return (statement.text,)
    return tuple(_CLAUSE.split(statement.text))
