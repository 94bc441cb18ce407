"""The floor and what a model may put on it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError
from pydantic_ai.models import Model

from authpact.agent._ask import NoAnswerError, ask
from authpact.agent._proposal import Proposal, ProposedFact, ProposedWording
from authpact.brief import Draft, Fact, Given, Question, draft
from authpact.contract import Contract, default_contract, parse, secret_kind, to_toml

SOURCE: Final = "model"
"""The source of a fact that a model found in the brief."""

_SHORTEST_EVIDENCE: Final = 3
_LOOSE: Final = {"session.storage": "storage", "session.reissue": "none"}
_QUESTION: Final = re.compile("[^\n\r<>`]*[?\uff1f\u061f;]")
"""One line that ends as a question does in Latin, Chinese and Japanese, Arabic, or Greek."""
_CAPPED: Final = ("token.lifetime", "session.lifetime")


@dataclass(frozen=True, slots=True)
class Dropped:
    """One proposal that was not taken, and why."""

    proposed: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assisted:
    """A draft with what a model added; without additions it is the deterministic one."""

    draft: Draft
    given: Given
    """What was given with the facts that the model added, to draft again after answers."""
    admitted: tuple[Fact, ...]
    dropped: tuple[Dropped, ...]
    note: str = ""
    """Why the model added nothing, where it failed."""


def assist(text: str, model: Model | str, given: Given | None = None) -> Assisted:
    """Draft a brief with a model beside the rules; `model` is a name such as `provider:model`.

    A stated fact is never removed or changed. Raises AuthpactError for a model that cannot be set
    up, and what `draft` raises; a model that gives no usable answer is only noted.
    """
    given = given or Given()
    floor = draft(text, given)
    try:
        proposal = ask(text, floor.questions, model)
    except NoAnswerError as error:
        return Assisted(floor, given, (), (), str(error))
    admitted, dropped = _admit(text, given, floor, proposal)
    given = _with(given, admitted)
    raised = draft(text, given) if admitted else floor
    worded = tuple(_worded(question, proposal) for question in raised.questions)
    return Assisted(replace(raised, questions=worded), given, admitted, dropped)


def _admit(
    text: str, given: Given, floor: Draft, proposal: Proposal
) -> tuple[tuple[Fact, ...], tuple[Dropped, ...]]:
    admitted: tuple[Fact, ...] = ()
    dropped: list[Dropped] = []
    for proposed in proposal.facts:
        facts = tuple(_facts(text, proposed))
        taken = {fact.field for fact in admitted} | floor.stated
        reason = _objection(text, proposed, facts, taken)
        reason = reason or _unfit(text, _with(given, (*admitted, *facts)))
        if reason:
            dropped.append(Dropped(f"{proposed.field} = {proposed.value}", reason))
        else:
            admitted += facts
    return admitted, tuple(dropped)


def _with(given: Given, facts: tuple[Fact, ...]) -> Given:
    return replace(given, project=(*given.project, *facts))


def _facts(text: str, proposed: ProposedFact) -> Iterator[Fact]:
    """Yield the fact with a checked value; an algorithm brings its mode along."""
    start = text.find(proposed.evidence)
    end = start + len(proposed.evidence)
    value = _value(proposed)
    if value is None:
        return
    yield Fact(proposed.field, value, proposed.evidence, start, end, SOURCE)
    if proposed.field == "token.algorithm":
        mode = "shared-secret" if value == "HS256" else "jwks"
        yield Fact("token.mode", mode, proposed.evidence, start, end, SOURCE)


def _value(proposed: ProposedFact) -> str | int | bool | tuple[str, ...] | None:
    """Return the value as the contract holds it, None where the schema refuses it."""
    table, _, key = proposed.field.partition(".")
    if not key:
        return proposed.value if isinstance(proposed.value, str) else None
    try:
        contract = Contract.model_validate({table: {key: proposed.value}})
    except ValidationError:
        return None
    value: str | int | bool | tuple[str, ...] = getattr(getattr(contract, table), key)
    return value


def _objection(
    text: str, proposed: ProposedFact, facts: tuple[Fact, ...], taken: frozenset[str] | set[str]
) -> str:
    """Say why the proposal cannot be taken, judged on its own; empty when it can."""
    evidence = proposed.evidence
    if len(evidence.strip()) < _SHORTEST_EVIDENCE or evidence not in text:
        return "the evidence is not in the brief"
    if secret_kind(evidence) is not None:
        return "the evidence holds a secret"
    if not facts:
        return "the contract does not allow this value"
    if any(fact.field in taken for fact in facts):
        return "it is settled already"
    if any(_looser(fact) for fact in facts):
        return "it is looser than the default; only an answer may decide that"
    return ""


def _looser(fact: Fact) -> bool:
    if fact.field in _CAPPED:
        table, _, key = fact.field.partition(".")
        return int(str(fact.value)) > int(getattr(getattr(default_contract(), table), key))
    return _LOOSE.get(fact.field) == fact.value


def _unfit(text: str, given: Given) -> str:
    """Say why the contract with the new facts cannot be used; empty when it can."""
    try:
        found = parse(to_toml(draft(text, given).contract))
    except ValidationError:
        return "the contract does not allow it beside the rest"
    errors = [d.message for d in found.diagnostics if d.severity == "error"]
    return errors[0] if errors else ""


def _worded(question: Question, proposal: Proposal) -> Question:
    wording = next((w for w in proposal.wordings if w.id == question.id), None)
    return replace(question, question=wording.question) if wording and _asks(wording) else question


def _asks(wording: ProposedWording) -> bool:
    """Tell whether the wording is one question on one line, without a secret or an address."""
    text = wording.question
    plain = _QUESTION.fullmatch(text) and "://" not in text
    return bool(plain) and secret_kind(text) is None
