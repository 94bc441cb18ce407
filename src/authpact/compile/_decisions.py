"""The weighty choices of a contract with their reasons, and what was merely assumed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from authpact.compile import _reasons
from authpact.compile._durations import spoken
from authpact.compile._reasons import Reason
from authpact.contract import Contract, default_contract


@dataclass(frozen=True, slots=True)
class Choice:
    """One weighty choice: the value, who made it, and its weight on four scales."""

    topic: str
    title: str
    value: str
    origin: str
    """brief, answer, default, or contract: written into the file without a record."""
    reason: Reason | None
    stated: str
    """The reason a person recorded, empty when there is none."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One value nobody decided, and the field of the contract that changes it."""

    label: str
    value: str
    field: str


@dataclass(frozen=True, slots=True)
class _Topic:
    title: str
    value: Callable[[Contract], str]
    reason: Callable[[Contract], Reason]
    fields: Callable[[Contract], object]
    """The part of the contract that holds the choice; equal to the default's when nobody chose."""


_TOPICS: Final[Mapping[str, _Topic]] = MappingProxyType(
    {
        "algorithm": _Topic(
            "Algorithm", _reasons.algorithm_value, _reasons.algorithm, lambda c: c.token.algorithm
        ),
        "issuer-audience": _Topic(
            "Issuer and audience policy",
            lambda _: "one issuer and one audience, compared exactly",
            _reasons.issuer_audience,
            lambda c: (c.token.issuer, c.token.audience),
        ),
        "transport": _Topic(
            "Transport",
            lambda _: "`Authorization: Bearer`, read in one place",
            _reasons.transport,
            lambda _: None,
        ),
        "storage": _Topic(
            "Storage in the browser",
            _reasons.storage_value,
            _reasons.storage,
            lambda c: c.session.storage,
        ),
        "refresh": _Topic(
            "Refresh", _reasons.refresh_value, _reasons.refresh, lambda c: c.session.reissue
        ),
        "ownership": _Topic(
            "Ownership semantics",
            _reasons.ownership_value,
            _reasons.ownership,
            lambda c: c.ownership,
        ),
        "revocation": _Topic(
            "Revocation", _reasons.revocation_value, _reasons.revocation, lambda c: c.revocation
        ),
    }
)

TOPICS: Final = tuple(_TOPICS)
"""The keys under `[decisions]` that the documents know; others are printed as further decisions."""


def choices(contract: Contract) -> Mapping[str, Choice]:
    """Return every weighty choice by topic, then the further decisions of the contract."""
    known = {name: _choice(contract, name, topic) for name, topic in _TOPICS.items()}
    further = {
        name: Choice(
            name,
            name.replace("-", " ").replace("_", " ").capitalize(),
            decision.value,
            decision.origin,
            None,
            decision.rationale,
        )
        for name, decision in contract.decisions.items()
        if name not in _TOPICS and name not in _VALUES
    }
    return MappingProxyType(known | further)


def assumptions(contract: Contract) -> tuple[Assumption, ...]:
    """Return what equals the default and was decided by nobody."""
    return tuple(_assumed_choices(contract)) + tuple(_assumed_values(contract))


def stated_values(contract: Contract) -> tuple[Choice, ...]:
    """Return the values, beside the weighty choices, that a brief or an answer decided."""
    return tuple(
        Choice(name, title, decision.value, decision.origin, None, decision.rationale)
        for name, title in _VALUES.items()
        if (decision := contract.decisions.get(name)) and decision.origin != "default"
    )


def _choice(contract: Contract, name: str, topic: _Topic) -> Choice:
    recorded = contract.decisions.get(name)
    origin: str = recorded.origin if recorded else "default"
    if origin == "default":
        origin = _unrecorded(contract, topic)
    stated = recorded.rationale if recorded else ""
    return Choice(name, topic.title, topic.value(contract), origin, topic.reason(contract), stated)


def _unrecorded(contract: Contract, topic: _Topic) -> str:
    return "default" if topic.fields(contract) == topic.fields(default_contract()) else "contract"


_VALUES: Final = MappingProxyType(
    {
        "issuer": "Issuer",
        "audience": "Audience",
        "token-lifetime": "Access-token lifetime",
        "session-lifetime": "Session lifetime",
        "leeway": "Leeway",
        "origins": "Browser origins",
        "roles": "Roles",
        "endpoints": "Endpoints",
    }
)
"""Keys under `[decisions]` for values that need no weighing, with their titles."""

_KEYS: Final = MappingProxyType({title: name for name, title in _VALUES.items()})

_FIELDS: Final = MappingProxyType(
    {
        "algorithm": "token.mode, token.algorithm",
        "issuer-audience": "token.issuer, token.audience",
        "storage": "session.storage",
        "refresh": "session.reissue",
        "ownership": "ownership.foreign_path, ownership.foreign_resource",
        "revocation": "revocation.mode",
    }
)


def _assumed_choices(contract: Contract) -> Iterator[Assumption]:
    for name, choice in choices(contract).items():
        if choice.origin == "default" and name in _FIELDS and name != "issuer-audience":
            yield Assumption(choice.title, choice.value, _FIELDS[name])


def _assumed_values(contract: Contract) -> Iterator[Assumption]:
    ground, token = default_contract(), contract.token
    values = {
        "Issuer": (f"`{token.issuer}`", "token.issuer"),
        "Audience": (f"`{token.audience}`", "token.audience"),
        "Access-token lifetime": (spoken(token.lifetime), "token.lifetime"),
        "Session lifetime": (spoken(contract.session.lifetime), "session.lifetime"),
        "Leeway": (spoken(token.leeway), "token.leeway"),
        "Browser origins": (
            ", ".join(f"`{origin}`" for origin in contract.frontend.origins),
            "frontend.origins",
        ),
        "Roles": ("none", "roles"),
        "Endpoints": ("the six task operations of the default contract", "endpoints"),
    }
    for label, (value, field) in values.items():
        read = attrgetter(field)
        recorded = contract.decisions.get(_KEYS[label])
        if read(contract) == read(ground) and (recorded is None or recorded.origin == "default"):
            yield Assumption(label, value, field)
