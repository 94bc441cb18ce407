"""What a deviation is made of, and how a text is searched for it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from authpact.brief._reading import Reading, Sentence
from authpact.brief._stance import NEGATOR, Stance, stance
from authpact.contract import DeviationKind

_POLITE: Final = re.compile(
    r"^\s*(?:(?:and|also|so|please|btw)[ ,]+)*(?:can|could|may|would) (?:we|you|it|the|users|people)\b|^\s*(?:können|könnt|kann|peut-on|pouvez|podemos|possiamo)\b",
    re.IGNORECASE,
)
"""A request in the form of a question."""

NEVER: Final = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to leave a constraint: what it looks like, costs, and what is allowed instead."""

    name: str
    pattern: re.Pattern[str]
    cost: str
    alternative: str
    unless: re.Pattern[str] = NEVER
    """A sentence that matches this speaks of something else."""
    may_deny: bool = False
    """The match itself may hold a "not", as in "never expires"."""
    context: re.Pattern[str] | None = None
    """A sentence, or its heading, must match this too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of deviation with the constraint it leaves."""

    kind: DeviationKind
    constraint: str
    variants: tuple[Variant, ...]
    further: Callable[[Reading], Iterator["Sighting"]] | None = None
    """What no pattern over one sentence can find."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One variant seen in the mended text."""

    variant: Variant
    start: int
    end: int


def sightings(reading: Reading, kind: Kind) -> tuple[Sighting, ...]:
    """Return the first sighting of every variant that the text wants."""
    found: dict[str, Sighting] = {}
    for sentence in reading.sentences:
        for variant in kind.variants:
            seen = _seen(sentence, variant)
            if seen is not None:
                found.setdefault(variant.name, seen)
    for seen in kind.further(reading) if kind.further else ():
        found.setdefault(seen.variant.name, seen)
    return tuple(found.values())


def _seen(sentence: Sentence, variant: Variant) -> Sighting | None:
    text = sentence.text
    if variant.unless.search(text):
        return None
    if variant.context is not None and not variant.context.search(f"{sentence.heading} {text}"):
        return None
    for match in variant.pattern.finditer(text):
        start, end = sentence.start + match.start(), sentence.start + match.end()
        denied = not variant.may_deny and NEGATOR.search(match[0]) is not None
        if not denied and wanted(sentence, start, end):
            return Sighting(variant, start, end)
    return None


def wanted(sentence: Sentence, start: int, end: int) -> bool:
    """Tell whether a sentence asks for the mention; a polite question asks, too."""
    judged = stance(sentence, start, end)
    if judged is Stance.OPEN:
        return _POLITE.match(sentence.text) is not None and not sentence.quoted
    return judged is Stance.WANTED and not _asked_in_quotation(sentence)


def _asked_in_quotation(sentence: Sentence) -> bool:
    return sentence.quoted and "?" in sentence.text
