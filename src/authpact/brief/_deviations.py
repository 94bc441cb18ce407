"""Which constraints a brief leaves: each with its words, its cost and the allowed alternative."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from authpact.brief._reading import Reading
from authpact.brief._variant import Kind, Sighting, sightings
from authpact.brief.deviations import kinds
from authpact.contract import Deviation, DeviationKind, struck
from authpact.errors import AuthpactError

_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Deviating:
    """A wish outside of the constraints, with the question whether to go on."""

    kind: DeviationKind
    variant: str
    text: str
    """The sentence of the brief that asks for it; a secret in it is struck out."""
    evidence: str
    start: int
    end: int
    constraint: str
    cost: str
    alternative: str
    accepted: str | None = None
    """Why somebody accepted it, None while nobody did."""

    @property
    def question(self) -> str:
        """Ask whether to go on."""
        return (
            f"Go on with the allowed alternative? {self.alternative} To keep the wish instead,"
            f' record it: --accept-deviation {self.kind} --why "…".'
        )


def deviations(reading: Reading, accepted: Mapping[str, str]) -> tuple[Deviating, ...]:
    """Return every deviation in the order of the text.

    Raises AuthpactError when something is accepted that the brief does not ask for.
    """
    found = [
        _deviating(reading, kind, seen, accepted)
        for kind in kinds()
        for seen in sightings(reading, kind)
    ]
    unknown = set(accepted) - {d.kind for d in found}
    if unknown:
        named = ", ".join(sorted({d.kind for d in found})) or "none"
        raise AuthpactError(
            f"nothing in the brief is a deviation of the kind {', '.join(sorted(unknown))}; found: {named}"
        )
    return tuple(sorted(found, key=lambda d: (d.start, d.kind)))


def _deviating(
    reading: Reading, kind: Kind, seen: Sighting, accepted: Mapping[str, str]
) -> Deviating:
    evidence, start, end = reading.typed(seen.start, seen.end)
    sentence = reading.sentence_at(seen.start)
    text = reading.typed(sentence.start, sentence.end)[0] if sentence else evidence
    return Deviating(
        kind.kind, seen.variant.name, harmless(text), evidence, start, end,
        kind.constraint, seen.variant.cost, seen.variant.alternative, accepted.get(kind.kind),
    )  # fmt: skip


def harmless(text: str) -> str:
    """Return a text on one line, shortened, and without anything that looks like a secret."""
    plain = " ".join(struck(text).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def recorded(found: Iterable[Deviating]) -> tuple[Deviation, ...]:
    """Return the accepted ones as the contract keeps them."""
    kept: dict[str, Deviation] = {}
    for one in found:
        if one.accepted is not None:
            kept.setdefault(one.kind, Deviation(kind=one.kind, why=one.accepted, text=one.text))
    return tuple(kept.values())
