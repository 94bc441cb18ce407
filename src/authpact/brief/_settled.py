"""One value for each field, where it came from, and what contradicts it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from authpact.brief._fact import Mention, Value
from authpact.brief._facts import Mentions, distinct
from authpact.brief._reading import Reading
from authpact.brief.topics.algorithm import NEAREST

Source = Literal["brief", "answer", "default"]

_USUAL: Final = 900
"""Seconds an access token lives where nobody says otherwise."""
_SAFEST: Final = ("memory", "cookie", "storage")
_LIMITS: Final = {
    "token.lifetime": (60, 3600, "1 minute to 1 hour"),
    "token.leeway": (0, 60, "0 to 60 seconds"),
    "session.lifetime": (300, 7_776_000, "5 minutes to 90 days"),
}
_TOPICS: Final = {
    "token.lifetime": "lifetime", "token.leeway": "leeway", "session.lifetime": "session",
    "session.storage": "storage", "session.reissue": "refresh", "revocation.mode": "revocation",
    "ownership.foreign_path": "ownership", "ownership.foreign_resource": "ownership",
    "tenant.mode": "tenants", "token.issuer": "addresses", "token.audience": "addresses",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the brief says that cannot be followed as it stands."""

    topic: str
    message: str
    spans: tuple[str, ...] = ()
    """What was typed, at every place that is part of it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A value with its origin and the words that settled it."""

    value: Value
    origin: Source
    evidence: str = ""


@dataclass(slots=True)
class Settlement:
    """The settled fields, the topics in dispute, and the warnings."""

    values: dict[str, Settled] = field(default_factory=dict)
    disputed: set[str] = field(default_factory=set)
    warnings: list[Warned] = field(default_factory=list)

    def get(self, name: str) -> Value | None:
        """Return the value of a field, None where nobody settled it."""
        found = self.values.get(name)
        return found.value if found else None


def settle(reading: Reading, said: Mentions) -> Settlement:
    """Decide every field that the text speaks about; contradictions are named, not guessed away."""
    state = Settlement()
    for name in _TOPICS:
        _scalar(state, reading, said, name)
    _algorithm(state, reading, said)
    _refresh(state, reading, said)
    _storage(state, reading, said)
    _revocation(state, reading, said)
    for name in ("database", "ids", "project.name"):
        found = said.wanted(name)
        if found:
            _put(state, reading, name, found[0])
    _fit(state)
    scope = [m for m in said.wanted("project.scope") if m.value == "Phase II"]
    if scope:
        _put(state, reading, "project.scope", scope[0])
    _origins(state, reading, said)
    return state


def _fit(state: Settlement) -> None:
    """Cut a token to its session, and drop a leeway as long as a token."""
    token, session = state.get("token.lifetime"), state.get("session.lifetime")
    if isinstance(session, int) and (token if isinstance(token, int) else _USUAL) > session:
        state.values["token.lifetime"] = Settled(session, state.values["session.lifetime"].origin)
        message = "a token cannot outlive its session; token.lifetime is cut to the session's"
        state.warnings.append(Warned("lifetime", message))
    leeway, token = state.get("token.leeway"), state.get("token.lifetime")
    if isinstance(leeway, int) and isinstance(token, int) and leeway >= token:
        del state.values["token.leeway"]
        state.warnings.append(
            Warned("leeway", "the leeway is as long as a token; the default is kept")
        )


def typed(reading: Reading, found: Mention) -> str:
    """Return the words of a mention as they were typed."""
    return reading.typed(found.start, found.end)[0]


def _put(state: Settlement, reading: Reading, name: str, found: Mention) -> None:
    state.values[name] = Settled(found.value, "brief", typed(reading, found))


def _scalar(state: Settlement, reading: Reading, said: Mentions, name: str) -> None:
    found = distinct(said.wanted(name))
    allowed = [m for m in found if _within(name, m.value)]
    if len(found) > 1:
        _dispute(state, reading, _TOPICS[name], found)
    if allowed:
        _put(state, reading, name, _choose(name, allowed))
    elif found and not (name == "token.lifetime" and _long(found[0].value)):
        limit = _LIMITS[name][2]
        state.warnings.append(
            Warned(
                _TOPICS[name],
                f"{name} may be {limit}; the default is kept",
                (typed(reading, found[0]),),
            )
        )


def _within(name: str, value: Value) -> bool:
    limits = _LIMITS.get(name)
    return limits is None or (isinstance(value, int) and limits[0] <= value <= limits[1])


def _long(value: Value) -> bool:
    return isinstance(value, int) and value > _LIMITS["token.lifetime"][1]


def _choose(name: str, found: list[Mention]) -> Mention:
    """Of contradicting values the safer one: the shorter lifetime, the safer place."""
    if name in _LIMITS:
        return min(found, key=lambda m: int(str(m.value)))
    if name == "session.storage":
        return min(found, key=lambda m: _SAFEST.index(str(m.value)))
    return found[0]


def _dispute(state: Settlement, reading: Reading, topic: str, found: Iterable[Mention]) -> None:
    spans = tuple(typed(reading, m) for m in found)
    state.disputed.add(topic)
    quoted = " and ".join(f"“{span}”" for span in spans)
    state.warnings.append(
        Warned(topic, f"the brief contradicts itself on {topic}: {quoted}", spans)
    )


def _algorithm(state: Settlement, reading: Reading, said: Mentions) -> None:
    names, modes = distinct(said.wanted("token.algorithm")), distinct(said.wanted("token.mode"))
    families = {_family(str(m.value)): m for m in (*names, *modes)}
    if len(names) > 1 or len(families) > 1:
        _dispute(state, reading, "algorithm", names if len(names) > 1 else tuple(families.values()))
    chosen = names[0] if names else modes[0] if modes else None
    if chosen is None:
        _refused_algorithm(state, said)
        return
    name = str(chosen.value)
    if name in NEAREST:
        message = f"{name} is not offered; the contract takes {NEAREST[name]}"
        state.warnings.append(Warned("algorithm", message, (typed(reading, chosen),)))
    known = NEAREST.get(name, name)
    known = {"jwks": "EdDSA", "shared-secret": "HS256"}.get(known, known)
    known = (
        "ES256"
        if known == "EdDSA" and not names and "EdDSA" in said.refused("token.algorithm")
        else known
    )
    _algorithm_is(state, known, "brief", typed(reading, chosen))


def _refused_algorithm(state: Settlement, said: Mentions) -> None:
    refused = said.refused("token.algorithm") | said.refused("token.mode")
    if refused & {"HS256", "shared-secret"} and "jwks" not in refused:
        _algorithm_is(state, "EdDSA", "brief", "")
    elif refused & {"jwks", "EdDSA", "RS256", "ES256"} and "HS256" not in refused:
        _algorithm_is(state, "HS256", "brief", "")


def _algorithm_is(state: Settlement, name: str, origin: Source, evidence: str) -> None:
    state.values["token.algorithm"] = Settled(name, origin, evidence)
    state.values["token.mode"] = Settled(_family(name), origin, evidence)


def _family(name: str) -> str:
    if name in {"jwks", "shared-secret"}:
        return name
    return "shared-secret" if name.startswith("HS") else "jwks"


def _refresh(state: Settlement, reading: Reading, said: Mentions) -> None:
    spoken = said.of("note.refresh-tokens")
    wanted = said.wanted("note.refresh-tokens")
    if wanted:
        span = typed(reading, wanted[0])
        message = "refresh tokens are not used: the live session re-issues access tokens instead"
        state.warnings.append(Warned("refresh", message, (span,)))
        lifetime = said.wanted("note.refresh-lifetime")
        if (
            lifetime
            and "session.lifetime" not in state.values
            and _within("session.lifetime", lifetime[0].value)
        ):
            _put(state, reading, "session.lifetime", lifetime[0])
    decided = [
        m for m in spoken if m in wanted or (m.value and m.stance.value in {"refused", "past"})
    ]
    if decided and "session.reissue" not in state.values:
        state.values["session.reissue"] = Settled("silent", "brief", typed(reading, decided[0]))


def _storage(state: Settlement, reading: Reading, said: Mentions) -> None:
    wanted = said.wanted("session.storage")
    local = [m for m in wanted if "local" in typed(reading, m).lower()]
    if local and state.get("session.storage") == "storage":
        message = "localStorage outlives the browser window; the contract takes sessionStorage, with its caveat"
        state.warnings.append(Warned("storage", message, (typed(reading, local[0]),)))
    refused = said.refused("session.storage")
    if not wanted and refused and "memory" not in refused:
        first = next(m for m in said.of("session.storage") if m.value in refused)
        state.values["session.storage"] = Settled("memory", "brief", typed(reading, first))


def _revocation(state: Settlement, reading: Reading, said: Mentions) -> None:
    store = said.wanted("revocation.store")
    if store and state.get("revocation.mode") == "backchannel":
        _put(state, reading, "revocation.store", store[0])


def _origins(state: Settlement, reading: Reading, said: Mentions) -> None:
    found = distinct(said.wanted("frontend.origins"))
    if not found:
        return
    values = tuple(str(m.value) for m in found)
    evidence = ", ".join(typed(reading, m) for m in found)
    state.values["frontend.origins"] = Settled(values, "brief", evidence)
    if "token.issuer" not in state.values:
        state.values["token.issuer"] = Settled(values[0], "brief", typed(reading, found[0]))


def answered(state: Settlement, chosen: Mapping[str, Value]) -> None:
    """Put answers over what the brief says; an answer settles a dispute."""
    for name, value in chosen.items():
        if name == "token.algorithm":
            _algorithm_is(state, str(value), "answer", "")
        else:
            state.values[name] = Settled(value, "answer")
    _fit(state)
