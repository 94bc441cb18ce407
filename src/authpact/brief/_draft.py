"""From words to a contract: facts, questions, assumptions, deviations, warnings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from authpact.brief._decided import decisions
from authpact.brief._deviations import Deviating, deviations, recorded
from authpact.brief._endpoints import endpoints
from authpact.brief._fact import Fact, Mention, Value, fact
from authpact.brief._facts import Mentions, distinct, mentions
from authpact.brief._questions import Question, all_questions, questions, stated
from authpact.brief._reading import Reading, read
from authpact.brief._roles import role_names, roles
from authpact.brief._settled import Settled, Settlement, Warned, answered, settle, typed
from authpact.brief._stance import Stance
from authpact.contract import Contract, Decision
from authpact.errors import AuthpactError

_TABLES: Final = ("project", "token", "session", "ownership", "tenant", "frontend", "revocation")


@dataclass(frozen=True, slots=True)
class Assumption:
    """One value nobody decided."""

    field: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a brief gives: the contract, and what is left to say about it."""

    contract: Contract
    facts: tuple[Fact, ...]
    questions: tuple[Question, ...]
    assumptions: tuple[Assumption, ...]
    deviations: tuple[Deviating, ...]
    warnings: tuple[Warned, ...]
    stated: frozenset[str]
    """The fields of the contract that the brief or an answer speaks about."""


@dataclass(frozen=True, slots=True)
class Given:
    """What came with the brief: answers by question id, accepted deviations by kind, project facts."""

    answers: Mapping[str, str] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)
    project: Sequence[Fact] = ()


def draft(text: str, given: Given | None = None) -> Draft:
    """Read a brief of any form; the same text always gives the same draft.

    Raises AuthpactError for an answer to no question, and for an accepted deviation that the
    brief does not ask for.
    """
    given = given or Given()
    reading = read(text)
    said = _with_project(mentions(reading), given.project)
    state = settle(reading, said)
    _from_project(state, given.project)
    answered(state, _answers(given.answers))
    resources = _resources(reading, state, said)
    contract = _contract(reading, said, state, resources)
    topics = stated(
        state,
        said,
        resources=bool(resources) or bool(said.wanted("route")),
        roles=bool(contract.roles),
    )
    topics |= frozenset(given.answers)
    found = deviations(reading, given.accepted)
    contract = contract.model_copy(update={"deviations": recorded(found)})
    return Draft(
        contract,
        (*_facts(reading, said), *given.project),
        questions(state, said, topics),
        _assumptions(contract.decisions),
        found,
        tuple(state.warnings),
        frozenset(state.values),
    )


def _answers(given: Mapping[str, str]) -> Mapping[str, Value]:
    known = all_questions()
    chosen: dict[str, Value] = {}
    for name, answer in given.items():
        if name not in known:
            raise AuthpactError(f"no question is called “{name}”; there are: {', '.join(known)}")
        chosen.update(known[name].settle(answer))
        if name == "lifetime" and "token.lifetime" not in chosen:
            raise AuthpactError(f"lifetime: “{answer}” is no answer")
    return chosen


def _from_project(state: Settlement, project: Sequence[Fact]) -> None:
    """Let a project fill what the brief leaves open."""
    for one in project:
        table = one.field.partition(".")[0]
        if one.field in state.values or not (table in _TABLES or one.field == "database"):
            continue
        state.values[one.field] = Settled(one.value, "brief", one.source)
        if one.field == "token.algorithm":
            state.values["token.mode"] = Settled("jwks", "brief", one.source)


def _with_project(said: Mentions, project: Sequence[Fact]) -> Mentions:
    """Add the routes and roles of a project where the brief names none."""
    added = tuple(
        Mention(one.field, one.value, -1, -1, Stance.WANTED)
        for one in project
        if one.field in {"route", "roles"} and not said.wanted(one.field)
    )
    return Mentions((*said.all, *added))


def _resources(reading: Reading, state: Settlement, said: Mentions) -> tuple[str, ...]:
    chosen = state.get("resources")
    if isinstance(chosen, tuple):
        return chosen
    found = distinct(said.wanted("resources"))
    if found and not said.wanted("route"):
        words = typed(reading, found[0]) if found[0].start >= 0 else ""
        state.values["endpoints"] = Settled(tuple(str(m.value) for m in found), "brief", words)
    return tuple(str(m.value) for m in found)


def _contract(
    reading: Reading, said: Mentions, state: Settlement, resources: tuple[str, ...]
) -> Contract:
    chosen = state.get("roles")
    names = chosen if isinstance(chosen, tuple) else role_names(said)
    operations = endpoints(reading, said, resources, names)
    if said.wanted("route"):
        state.values["endpoints"] = Settled("listed", "brief")
    granted = roles(said, names, operations)
    if (said.wanted("roles") or said.wanted("note.no-roles")) and "roles" not in state.values:
        state.values["roles"] = Settled(
            tuple(granted), "brief", _words(reading, said, "roles", "note.no-roles")
        )
    tables = {name: _table(state, name) for name in _TABLES}
    if "project.name" not in state.values and resources and resources != ("tasks",):
        tables["project"]["name"] = resources[0]
    contract = Contract.model_validate({**tables, "roles": granted, "endpoints": operations})
    return contract.model_copy(update={"decisions": decisions(contract, state)})


def _words(reading: Reading, said: Mentions, *fields: str) -> str:
    return next(
        (typed(reading, m) for name in fields for m in said.wanted(name) if m.start >= 0), ""
    )


def _table(state: Settlement, name: str) -> dict[str, Value]:
    prefix = f"{name}."
    return {
        f.removeprefix(prefix): s.value for f, s in state.values.items() if f.startswith(prefix)
    }


def _facts(reading: Reading, said: Mentions) -> tuple[Fact, ...]:
    wanted = {
        (m.field, m.start): m
        for name in dict.fromkeys(m.field for m in said.all)
        for m in said.wanted(name)
    }
    ordered = sorted(wanted.values(), key=lambda m: (m.start, m.field))
    return tuple(fact(reading, m) for m in ordered if m.start >= 0)


def _assumptions(decided: Mapping[str, Decision]) -> tuple[Assumption, ...]:
    why = "nobody decided it; this is the default"
    return tuple(
        Assumption(name, one.value, why)
        for name, one in decided.items()
        if one.origin == "default" and name not in {"transport", "issuer-audience"}
    )
