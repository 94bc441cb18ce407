"""What a brief or a project says, each with the exact place that says it."""

from dataclasses import dataclass
from typing import Final

from authpact.brief._reading import Reading, Sentence
from authpact.brief._stance import Stance, stance

BRIEF: Final = "brief"

Value = str | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """One field spoken about in the mended text, before anything is decided."""

    field: str
    value: Value
    start: int
    end: int
    stance: Stance
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One value with its evidence: an exact substring of the source."""

    field: str
    """A field of the contract such as `token.lifetime`, or `database`, `ids`, `note.…`."""
    value: Value
    evidence: str
    start: int
    """Offset of the first character of the evidence in its source."""
    end: int
    source: str = BRIEF
    """`brief`, or `path:line` in the project that was read."""


def mention(
    sentence: Sentence,
    field: str,
    value: Value,
    span: tuple[int, int],
    *,
    judged: Stance | None = None,
) -> Mention:
    """Return a mention at these offsets within its sentence."""
    start, end = sentence.start + span[0], sentence.start + span[1]
    how = stance(sentence, start, end) if judged is None else judged
    return Mention(field, value, start, end, how, sentence.quoted)


def fact(reading: Reading, found: Mention) -> Fact:
    """Return the fact with what was typed as its evidence."""
    evidence, start, end = reading.typed(found.start, found.end)
    return Fact(found.field, found.value, evidence, start, end)
