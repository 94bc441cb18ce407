"""The choices of a contract with their origin: what `[decisions]` records."""

from collections.abc import Iterator, Mapping
from typing import Final

from authpact.brief._deviations import harmless
from authpact.brief._settled import Settled, Settlement
from authpact.contract import Contract, Decision, render_duration

_TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "algorithm": ("token.algorithm",),
    "issuer-audience": ("token.issuer", "token.audience"),
    "transport": (),
    "storage": ("session.storage",),
    "refresh": ("session.reissue",),
    "ownership": ("ownership.foreign_path", "ownership.foreign_resource"),
    "revocation": ("revocation.mode", "revocation.store"),
    "issuer": ("token.issuer",),
    "audience": ("token.audience",),
    "token-lifetime": ("token.lifetime",),
    "session-lifetime": ("session.lifetime",),
    "leeway": ("token.leeway",),
    "origins": ("frontend.origins",),
    "roles": ("roles",),
    "endpoints": ("endpoints",),
}
"""Decision → fields that hold it."""


def decisions(contract: Contract, state: Settlement) -> dict[str, Decision]:
    """Return a decision for every weighty choice and every assumable value, with its origin."""
    return {topic: _decision(contract, state, topic, fields) for topic, fields in _TOPICS.items()}


def _decision(
    contract: Contract, state: Settlement, topic: str, fields: tuple[str, ...]
) -> Decision:
    known = [(f, state.values[f]) for f in fields if f in state.values]
    value = "; ".join(_values(contract, topic, fields))
    if not known:
        return Decision(value=value, origin="default")
    origin = "answer" if any(s.origin == "answer" for _, s in known) else known[0][1].origin
    return Decision(value=value, origin=origin, rationale=_rationale([s for _, s in known]))


def _rationale(known: list[Settled]) -> str:
    words = dict.fromkeys(harmless(s.evidence) for s in known if s.evidence)
    return "The brief says " + ", ".join(f"“{w}”" for w in words) + "." if words else ""


def _values(contract: Contract, topic: str, fields: tuple[str, ...]) -> Iterator[str]:
    if topic == "transport":
        yield "Authorization: Bearer"
    for name in fields:
        table, _, key = name.partition(".")
        if name == "roles":
            yield ", ".join(contract.roles) or "none"
        elif name == "endpoints":
            yield f"{len(contract.endpoints)} operations"
        elif name == "frontend.origins":
            yield ", ".join(contract.frontend.origins)[:200]
        else:
            value = getattr(getattr(contract, table), key)
            yield render_duration(value) if key in {"lifetime", "leeway"} else str(value)
