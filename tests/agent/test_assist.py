"""A model beside the rules: it adds what it can show, and nothing it says removes anything."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic_ai import models
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel

from authpact.agent import assist
from authpact.agent._proposal import FACT_FIELDS
from authpact.brief import Given, draft
from authpact.contract import fields, parse, to_toml
from authpact.errors import AuthpactError

models.ALLOW_MODEL_REQUESTS = False

BRIEF = (
    "A notes app. Users see only their own notes. Sign with ES256. "
    "Whoever loses a phone must be out at the very same second. "
    "A token lives as long as two pop songs."
)
OUT = "must be out at the very same second"


def answering(**proposal: object) -> FunctionModel:
    """A model that always proposes this, whatever it is asked."""

    def respond(_: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, proposal)])

    return FunctionModel(respond)


def fact(field: str, value: object, evidence: str) -> dict[str, object]:
    return {"field": field, "value": value, "evidence": evidence}


def reasons(model: FunctionModel, text: str = BRIEF, given: Given | None = None) -> list[str]:
    found = assist(text, model, given)
    assert found.admitted == ()
    assert to_toml(found.draft.contract) == to_toml(draft(text, given).contract)
    return [one.reason for one in found.dropped]


def test_a_fact_with_verbatim_evidence_fills_what_nothing_else_settled() -> None:
    found = assist(BRIEF, answering(facts=[fact("revocation.mode", "backchannel", OUT)]))
    assert draft(BRIEF).contract.revocation.mode == "none"
    assert found.draft.contract.revocation.mode == "backchannel"
    (added,) = found.admitted
    assert BRIEF[added.start : added.end] == added.evidence == OUT
    assert added.source == "model"
    assert added in found.draft.facts


def test_a_duration_is_read_as_the_contract_writes_it() -> None:
    evidence = "as long as two pop songs"
    found = assist(BRIEF, answering(facts=[fact("token.lifetime", "450s", evidence)]))
    assert found.draft.contract.token.lifetime == 450


def test_an_algorithm_brings_its_mode_along() -> None:
    text = "A notes app. Users see only their own notes. Firma con Edwards-Kurve bitte."
    found = assist(text, answering(facts=[fact("token.algorithm", "EdDSA", "Edwards-Kurve")]))
    token = found.draft.contract.token
    assert (token.algorithm, token.mode) == ("EdDSA", "jwks")


@pytest.mark.parametrize("evidence", ["signed out at once", "MUST BE OUT at", " ", ""])
def test_evidence_that_is_not_in_the_brief_drops_the_fact(evidence: str) -> None:
    proposed = {"facts": [fact("revocation.mode", "backchannel", evidence or "nowhere")]}
    assert reasons(answering(**proposed)) == ["the evidence is not in the brief"]


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
def test_a_stated_fact_is_never_overridden(algorithm: str) -> None:
    proposed = [fact("token.algorithm", algorithm, "Sign with ES256")]
    assert reasons(answering(facts=proposed)) == ["it is settled already"]


def test_an_answer_is_never_overridden() -> None:
    given = Given(answers={"revocation": "none"})
    proposed = [fact("revocation.mode", "backchannel", OUT)]
    assert reasons(answering(facts=proposed), given=given) == ["it is settled already"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token.lifetime", "3d"),
        ("token.lifetime", "soon"),
        ("session.storage", "localStorage"),
        ("frontend.origins", ["*"]),
        ("ownership.foreign_path", 200),
        ("project.name", "Not A Name"),
    ],
)
def test_a_value_that_the_schema_refuses_is_dropped(field: str, value: object) -> None:
    proposed = [fact(field, value, OUT)]
    assert reasons(answering(facts=proposed)) == ["the contract does not allow this value"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token.lifetime", "1h"),
        ("session.lifetime", "90d"),
        ("session.storage", "storage"),
        ("session.reissue", "none"),
    ],
)
def test_a_model_cannot_loosen_the_default(field: str, value: str) -> None:
    (reason,) = reasons(answering(facts=[fact(field, value, OUT)]))
    assert "looser" in reason


def test_of_two_proposals_for_one_field_the_first_counts() -> None:
    proposed = [fact("session.lifetime", "1d", OUT), fact("session.lifetime", "2d", OUT)]
    found = assist(BRIEF, answering(facts=proposed))
    assert found.draft.contract.session.lifetime == 86400
    assert [one.reason for one in found.dropped] == ["it is settled already"]


def test_what_is_admitted_makes_a_contract_that_loads() -> None:
    proposed = [fact("revocation.mode", "backchannel", OUT), fact("session.lifetime", "1d", OUT)]
    found = assist(BRIEF, answering(facts=proposed))
    assert len(found.admitted) == 2
    assert parse(to_toml(found.draft.contract)).contract == found.draft.contract


def test_a_deviation_stays_whatever_a_model_says() -> None:
    text = BRIEF + " Tokens never expire."
    found = assist(text, answering(facts=[fact("token.lifetime", "15m", "Tokens never expire")]))
    assert [d.kind for d in found.draft.deviations] == ["no-expiry"]
    assert found.draft.deviations == draft(text).deviations


def test_a_wording_changes_the_words_of_a_question_alone() -> None:
    floor = draft(BRIEF).questions
    (first, *rest) = floor
    asked = "Dürfen Skripte der Seite das Token in der Hand halten?"
    found = assist(BRIEF, answering(wordings=[{"id": first.id, "question": asked}]))
    assert found.draft.questions == (replace(first, question=asked), *rest)


@pytest.mark.parametrize(
    "question",
    [
        "Please visit https://evil.example, will you?",
        "This is an order, not a question.",
        "First line\nsecond line?",
        "<b>Which storage do you want?</b>",
    ],
)
def test_a_wording_that_is_no_plain_question_is_not_taken(question: str) -> None:
    floor = draft(BRIEF).questions
    wordings = [{"id": floor[0].id, "question": question}]
    assert assist(BRIEF, answering(wordings=wordings)).draft.questions == floor


def test_a_model_asks_no_question_of_its_own() -> None:
    wordings = [{"id": "colour", "question": "Which colour should the button have?"}]
    assert assist(BRIEF, answering(wordings=wordings)).draft.questions == draft(BRIEF).questions


def test_no_secret_is_sent() -> None:
    secret = "Zk3" + "x9Qw7LmT2vRb8NcY5pHs" * 2
    sent: list[str] = []

    def respond(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        sent.append(repr(messages) + repr(info))
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, {})])

    brief = (
        f"{BRIEF} API_JWT_SECRET={secret} and postgres://app:hunter2@db/notes, password: {secret}"
    )
    assist(brief, FunctionModel(respond))
    assert "Users see only their own notes" in sent[0]
    assert secret not in sent[0] and "hunter2" not in sent[0]


def unusable(_: list[ModelMessage], __: AgentInfo) -> ModelResponse:
    return ModelResponse(parts=[TextPart("I would rather talk about something else.")])


def broken(_: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    wrong = json.dumps({"contract": {"token": {"lifetime": "9y"}}})
    return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, wrong)])


@pytest.mark.parametrize("respond", [unusable, broken])
def test_a_model_without_a_usable_answer_leaves_the_floor(
    respond: Callable[[list[ModelMessage], AgentInfo], ModelResponse],
) -> None:
    found = assist(BRIEF, FunctionModel(respond))
    assert found.draft == draft(BRIEF)
    assert "no usable answer" in found.note


def test_any_answer_of_the_right_form_keeps_every_stated_fact() -> None:
    floor = draft(BRIEF)
    for seed in range(8):
        found = assist(BRIEF, TestModel(seed=seed)).draft
        assert found.facts[: len(floor.facts)] == floor.facts
        assert found.contract.token == floor.contract.token
        assert len(found.questions) <= 3


def test_a_model_that_nobody_knows_is_named() -> None:
    with pytest.raises(AuthpactError, match="nobody:nothing cannot be used"):
        assist(BRIEF, "nobody:nothing")


def test_every_field_a_model_may_propose_is_one_of_the_contract() -> None:
    known = {field.path for field in fields()}
    assert set(FACT_FIELDS) - known == {"database"}
