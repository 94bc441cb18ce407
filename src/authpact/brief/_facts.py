"""All mentions of a text by field, and what they settle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from authpact.brief._fact import Mention, Value
from authpact.brief._reading import Reading
from authpact.brief._stance import Stance
from authpact.brief.topics import (
    addresses,
    algorithm,
    lifetimes,
    ownership,
    project,
    refresh,
    resources,
    revocation,
    roles,
    routes,
    storage,
    surroundings,
    tenants,
)  # fmt: skip

_TOPICS: Final = (
    project, routes, resources, roles, algorithm, lifetimes, storage, refresh, revocation, ownership, addresses, surroundings, tenants,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mentions:
    """Every mention of a text, in the order of the topics."""

    all: tuple[Mention, ...]

    def of(self, field: str) -> tuple[Mention, ...]:
        """Return every mention of a field, whatever its stance."""
        return tuple(m for m in self.all if m.field == field)

    def wanted(self, field: str) -> tuple[Mention, ...]:
        """Return what is wanted; a quotation counts only where nothing else is said."""
        found = tuple(m for m in self.of(field) if m.stance is Stance.WANTED)
        return tuple(m for m in found if not m.quoted) or found

    def raised(self, field: str) -> tuple[Mention, ...]:
        """Return what the brief asks about without deciding."""
        return tuple(m for m in self.of(field) if m.stance is Stance.OPEN)

    def refused(self, field: str) -> frozenset[Value]:
        """Return the values the brief does not want."""
        return frozenset(
            m.value for m in self.of(field) if m.stance in {Stance.REFUSED, Stance.PAST}
        )

    def below(self, prefix: str) -> Mapping[str, tuple[Mention, ...]]:
        """Return the wanted mentions of all fields with this prefix, by field."""
        names = dict.fromkeys(m.field for m in self.all if m.field.startswith(prefix))
        return {name: self.wanted(name) for name in names if self.wanted(name)}


def mentions(reading: Reading) -> Mentions:
    """Ask every topic what the text says about it."""
    return Mentions(tuple(m for topic in _TOPICS for m in topic.find(reading)))


def distinct(found: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return the first mention of every value."""
    first: dict[Value, Mention] = {}
    for one in found:
        first.setdefault(one.value, one)
    return tuple(first.values())
