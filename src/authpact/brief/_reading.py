"""A brief cut into sentences, each with what surrounds it; offsets count characters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from authpact.brief._typos import Mended, mend

LARGEST: Final = 200_000
"""Characters of a brief that are read; nobody writes more about one sign-in."""

_BULLET: Final = re.compile(r"\s*(?:[-*+•◦]\s+|\d{1,2}[.)]\s+|\[[ x]\]\s+)+")
_QUOTE: Final = re.compile(r"\s*(?:>\s?)+")
_HEADING: Final = re.compile(r"\s*(?:#{1,6}\s+.*|[^.!?|]{2,60}:\s*$)")
_ASIDE: Final = re.compile(
    r"\b(?:out[ -]of[ -]scope|not in scope|non-?goals?|not now|not yet|excluded|deferred|later(?! sections?)|future|roadmap|backlog|won'?t have|"
    r"nice to have|next phases?|ideas|parked|nicht im umfang|später|hors (?:du )?périmètre|"
    r"fuera de alcance|fora do escopo|fuori ambito|buiten scope)\b",
    re.IGNORECASE,
)
_STOP: Final = re.compile(r"(?<=[.!?])[\"”')*]*\s+|(?<=[。！？])|\s*;\s+")
_ABBREVIATION: Final = re.compile(
    r"\b(?:e\.g|i\.e|etc|approx|incl|resp|vs|bzw|z\.b|p\. ?ej|ca)\.$", re.IGNORECASE
)
_ROUTE: Final = re.compile(
    r"\s*(?:(?:GET|POST|PUT|PATCH|DELETE)\b|/\w|[A-Z][\w ]{0,24}[:=]|[A-Za-z_]+=)"
)
_WRAPPED: Final = 40


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, list item or table row of the mended text."""

    start: int
    end: int
    text: str
    quoted: bool
    """It repeats what somebody else wrote before (`> …`)."""
    aside: bool
    """It stands below a heading such as "Out of scope"."""
    heading: str
    """The heading above it, empty without one."""
    code: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with its sentences; all offsets are those of `text`, the mended one."""

    original: str
    mended: Mended
    sentences: tuple[Sentence, ...]
    prose: tuple[Sentence, ...] = field(default=())
    """The sentences outside of code blocks."""

    @property
    def text(self) -> str:
        """The text with typing errors mended."""
        return self.mended.text

    def typed(self, start: int, end: int) -> tuple[str, int, int]:
        """Return what was typed there, with its offsets in the original text."""
        first, last = self.mended.span(start, end)
        return self.original[first:last], first, last

    def sentence_at(self, offset: int) -> Sentence | None:
        """Return the sentence around this offset."""
        return next((s for s in self.sentences if s.start <= offset < s.end), None)


@dataclass(slots=True)
class _Block:
    start: int
    end: int
    quoted: bool
    aside: bool
    heading: str
    code: bool


def read(text: str) -> Reading:
    """Cut any text into sentences; what exceeds the limit is not read."""
    mended = mend(text[:LARGEST])
    found = tuple(
        sentence for block in _blocks(mended.text) for sentence in _sentences(mended.text, block)
    )
    return Reading(text[:LARGEST], mended, found, tuple(s for s in found if not s.code))


def _blocks(text: str) -> Iterator[_Block]:
    """Yield paragraphs, list items, rows and code lines; wrapped lines are one block."""
    state = _State()
    block: _Block | None = None
    offset = 0
    for line in text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        kind = state.enter(line)
        if block is not None and kind == "text" and _wraps(text, block, line):
            block.end = offset
            continue
        if block is not None:
            yield block
        block = None
        if kind in {"text", "item", "code"}:
            body = start + len(line) - len(state.body(line))
            block = _Block(body, offset, state.quoted, state.aside, state.heading, state.code)
    if block is not None:
        yield block


class _State:
    """Where in the document the reader is: quotation, section, code block."""

    def __init__(self) -> None:
        self.quoted = self.aside = self.code = False
        self.heading = ""
        self._colon = False

    def body(self, line: str) -> str:
        """Return the line without its quotation and list marks."""
        rest = _without(_QUOTE, line) if self.quoted else line
        return rest if self.code else _without(_BULLET, rest)

    def enter(self, line: str) -> str:
        """Move to the next line and say what it is: blank, fence, code, item or text."""
        self.quoted = not self.code and _QUOTE.match(line) is not None
        bare = _without(_QUOTE, line) if self.quoted else line
        if bare.lstrip().startswith("```"):
            self.code = not self.code
            return "fence"
        if self.code:
            return "code"
        if not bare.strip():
            return "blank"
        item = _BULLET.match(bare) is not None or bare.lstrip().startswith("|")
        if not item and _HEADING.match(bare):
            self._open(bare)
        elif not item and self._colon:
            self.aside, self.heading, self._colon = False, "", False
        return "item" if item or _HEADING.match(bare) else "text"

    def _open(self, line: str) -> None:
        self.heading = line.strip(" #:\n")
        self.aside = _ASIDE.search(self.heading) is not None
        self._colon = not line.lstrip().startswith("#")


def _without(mark: re.Pattern[str], line: str) -> str:
    found = mark.match(line)
    return line[found.end() :] if found else line


def _wraps(text: str, block: _Block, line: str) -> bool:
    """Tell whether a line goes on with the sentence of the line before."""
    before = text[block.start : block.end].rstrip("\n")
    last = before.rpartition("\n")[2].rstrip()
    if (
        block.code
        or not last
        or _ROUTE.match(line)
        or "\n\n" in text[block.end - 1 : block.end + 1]
    ):
        return False
    return not last.endswith((".", "!", "?", ":", ";", "|")) and (
        len(last) > _WRAPPED or line[:1].isspace()
    )


def _sentences(text: str, block: _Block) -> Iterator[Sentence]:
    body = text[block.start : block.end]
    cuts = [0]
    cuts += [
        match.end()
        for match in _STOP.finditer(body)
        if not _ABBREVIATION.search(body[: match.start() + 1].rstrip())
    ]
    for first, last in pairwise((*cuts, len(body))):
        piece = body[first:last]
        if piece.strip():
            start = block.start + first
            yield Sentence(
                start, start + len(piece), piece,
                block.quoted, block.aside or _opens_aside(piece), block.heading, block.code,
            )  # fmt: skip


def _opens_aside(sentence: str) -> bool:
    head, colon, _ = sentence.partition(":")
    return bool(colon) and _ASIDE.search(head) is not None
