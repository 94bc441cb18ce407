"""The worked examples of the design document: one per access level, taken from the contract."""

from collections.abc import Iterable
from dataclasses import dataclass

from authpact.contract import PARAMETER, Contract, Endpoint


@dataclass(frozen=True, slots=True)
class Example:
    """One access level: its heading, an operation that uses it and what a refusal looks like."""

    kind: str
    title: str
    endpoint: Endpoint | None
    """None when the contract has no operation of this level."""

    @property
    def name(self) -> str:
        """The level as the contract writes it, without `role:` or `permission:`."""
        return self.endpoint.grant.name if self.endpoint else ""


_TITLES: tuple[tuple[str, str], ...] = (
    ("public", "Public"),
    ("authenticated", "Authenticated"),
    ("owner", "Owner"),
    ("role", "Role"),
    ("permission", "Permission"),
)


def examples(contract: Contract) -> tuple[Example, ...]:
    """Return one example per level, in the order of the levels."""
    return tuple(
        Example(kind, title, next((e for e in contract.endpoints if e.grant.kind == kind), None))
        for kind, title in _TITLES
    )


@dataclass(frozen=True, slots=True)
class OwnerExamples:
    """The three shapes of an owned operation; None where the contract lacks one."""

    listing: Endpoint | None
    creation: Endpoint | None
    single: Endpoint | None
    other: Endpoint | None
    """Stands in where the contract has owned operations of none of these shapes."""


def owner_examples(contract: Contract) -> OwnerExamples:
    """Return a list, a creation and one object, as far as the contract has them."""
    owned = [e for e in contract.endpoints if e.grant.kind == "owner"]
    plain = [e for e in owned if len(PARAMETER.findall(e.path)) <= bool(e.owner_parameter) + 1]
    collections = [e for e in plain if e.resource_parameter is None]
    listing = _first(e for e in collections if e.method == "GET")
    creation = _first(e for e in collections if e.method == "POST")
    single = _first(e for e in plain if e.resource_parameter and e.method == "GET")
    found = listing or creation or single
    return OwnerExamples(listing, creation, single, None if found else _first(owned))


def _first(endpoints: Iterable[Endpoint]) -> Endpoint | None:
    return next(iter(endpoints), None)
