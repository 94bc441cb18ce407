"""A Markdown document parsed once into frozen values; the checks read nothing else.

Lines count from 1. `rules` is the text that states something: the prose without citations, code
fences, the out-of-scope list, acceptance criteria and open questions, all else where it was.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["spec", "design"]

SPEC_SECTIONS: Final = (
    ("Scope", r"scope"),
    ("Actors & Components", r"actors?\b.*components?"),
    ("Auth Model & Claims", r"auth\w* model\b.*claims"),
    ("End-to-End Flows", r"(end.to.end )?flows"),
    ("Backend JWT Verification (FastAPI)", r"(backend )?(jwt|token) verification"),
    ("Ownership Enforcement Rules", r"ownership"),
    ("Environment Variables", r"environment"),
    ("Security Constraints & Requirements", r"security"),
    ("Acceptance Criteria (Testable)", r"acceptance criteria"),
    ("Open Questions", r"open questions"),
)
"""The sections of a specification after its title: name, and the pattern that finds it."""

DESIGN_SECTIONS: Final = (
    ("Overview", r"overview"),
    ("Frontend Flow", r"frontend flow"),
    ("Backend Flow", r"backend flow"),
    ("Environment Variables", r"environment"),
    ("Security Rules", r"security rules"),
    ("Error Handling", r"error handling"),
    ("Security Practices", r"security practices"),
    ("Self-Check", r"self.?check"),
    ("Open Points", r"open points"),
)
"""The sections of a design document after its title."""

_NUMBER: Final = re.compile(r"^\d+(\.\d+)*[.)]?\s+")
_SILENT: Final = re.compile(
    r"^(out.of.scope|accepted deviations|acceptance criteria|open (questions|points)|self.?check)",
    re.IGNORECASE,
)
_CITATION: Final = re.compile(r"\[[a-z]+:[a-z-]+\]")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*\"(])")


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with everything below it up to the next heading of its level or above."""

    level: int
    name: str
    """The heading without its number."""
    line: int
    end: int
    """The last line that belongs to it."""

    def __contains__(self, line: int) -> bool:
        return self.line <= line <= self.end


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block; `line` is its first line, the content starts one below a fence."""

    language: str
    text: str
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, list item or table row that states something."""

    text: str
    """On one line, without citations."""
    line: int
    """Where it begins."""
    breaks: tuple[int, ...] = ()
    """Offsets at which the next line began."""
    cells: tuple[str, ...] = ()
    """The cells of a table row, empty elsewhere."""

    def line_at(self, offset: int) -> int:
        """Return the line of a place in the text."""
        return self.line + bisect_right(self.breaks, offset)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One parsed document; compared by identity, so that what is derived from it can be kept."""

    file: str
    kind: Kind
    text: str
    lines: tuple[str, ...]
    parts: tuple[Part, ...]
    fences: tuple[Fence, ...]
    statements: tuple[Statement, ...]
    """Every statement of the document."""
    stated: tuple[Statement, ...]
    """The statements that are rules."""
    rules: str
    _starts: tuple[int, ...] = field(repr=False)
    _text_starts: tuple[int, ...] = field(repr=False)

    @property
    def title(self) -> Part | None:
        """The one heading of level 1, None when there is none."""
        return next((part for part in self.parts if part.level == 1), None)

    @property
    def sections(self) -> tuple[Part, ...]:
        """The headings of level 2."""
        return tuple(part for part in self.parts if part.level == 2)  # noqa: PLR2004

    def part(self, pattern: str) -> Part | None:
        """Return the first part below the title whose heading matches, at any level."""
        found = _compiled(pattern)
        return next((p for p in self.parts if p.level > 1 and found.search(p.name)), None)

    def anchor(self, pattern: str) -> int:
        """Return the line of the part a missing sentence belongs to; the title's without one."""
        part = self.part(pattern)
        return part.line if part else 1

    def says(self, pattern: str) -> bool:
        """Tell whether the rules of the document match, case ignored."""
        return _compiled(pattern).search(self.rules) is not None

    def scan(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield the line of every match in the whole text, code included."""
        for match in pattern.finditer(self.text):
            yield bisect_right(self._text_starts, match.start()), match

    def find(self, pattern: str) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield the line of every match in the rules."""
        for match in _compiled(pattern).finditer(self.rules):
            yield bisect_right(self._starts, match.start()), match


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable("inline")


def parse_document(text: str, file: str = "authentication.md") -> Document:
    """Parse Markdown; any text is a document."""
    lines = tuple(text.splitlines())
    text = "\n".join(lines)
    tokens = _parser().parse(text)
    parts = tuple(_parts(tokens, len(lines)))
    fences = tuple(_fences(tokens))
    statements = tuple(_statements(tokens))
    silent = [p for p in parts if p.level > 1 and _SILENT.match(p.name)]
    quiet = {line for part in silent for line in range(part.line, part.end + 1)}
    quiet |= _labelled(lines)
    code = {line for fence in fences for line in range(fence.line, fence.end + 1)}
    rules = "\n".join(
        "" if number in quiet or number in code else line
        for number, line in enumerate(lines, start=1)
    )
    return Document(
        file=file,
        kind=_kind(parts),
        text=text,
        lines=lines,
        parts=parts,
        fences=fences,
        statements=statements,
        stated=tuple(s for s in statements if s.line not in quiet),
        rules=_CITATION.sub(lambda match: " " * len(match[0]), rules),
        _starts=_line_starts(rules),
        _text_starts=_line_starts(text),
    )


def _labelled(lines: Sequence[str]) -> set[int]:
    """Return the lines below a bold label that names a silent part, up to the next label."""
    found: set[int] = set()
    silent = False
    for number, line in enumerate(lines, start=1):
        if line.startswith(("#", "**")):
            silent = line.startswith("**") and bool(_SILENT.match(line.strip("*")))
        if silent:
            found.add(number)
    return found


def _kind(parts: Sequence[Part]) -> Kind:
    def score(sections: Sequence[tuple[str, str]]) -> int:
        names = [part.name for part in parts if part.level > 1]
        return sum(
            any(re.match(pattern, name, re.IGNORECASE) for name in names) for _, pattern in sections
        )

    return "design" if score(DESIGN_SECTIONS) > score(SPEC_SECTIONS) else "spec"


def _parts(tokens: Sequence[Token], total: int) -> Iterator[Part]:
    found = [
        (int(token.tag[1]), _NUMBER.sub("", tokens[index + 1].content.strip()), _first(token))
        for index, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    for index, (level, name, line) in enumerate(found):
        following = (start for other, _, start in found[index + 1 :] if other <= level)
        yield Part(level, name, line, next(following, total + 1) - 1)


def _fences(tokens: Sequence[Token]) -> Iterator[Fence]:
    for token in tokens:
        if token.type in {"fence", "code_block"} and token.map is not None:
            yield Fence(token.info.strip().lower(), token.content, token.map[0] + 1, token.map[1])


def _statements(tokens: Sequence[Token]) -> Iterator[Statement]:
    row = 1
    cells: list[str] = []
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            row, cells = _first(token), []
        elif token.type == "tr_close" and tokens[index - 1].type == "td_close":
            yield Statement(" | ".join(cells), row, (), tuple(cells))
        elif token.type == "inline" and tokens[index - 1].type == "td_open":
            cells.append(_CITATION.sub("", token.content).strip())
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            yield from _sentences(token)


def _sentences(token: Token) -> Iterator[Statement]:
    start = 0
    for gap in [*_SENTENCE.finditer(token.content), None]:
        stop = gap.start() if gap else len(token.content)
        raw = _CITATION.sub("", token.content[start:stop]).rstrip()
        if raw:
            line = _first(token) + token.content.count("\n", 0, start)
            breaks = tuple(match.start() for match in re.finditer("\n", raw))
            yield Statement(raw.replace("\n", " "), line, breaks)
        start = gap.end() if gap else stop


def _first(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))
