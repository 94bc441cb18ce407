import pytest

from authpact.brief import Given, all_questions, draft
from authpact.errors import AuthpactError


def test_questions_are_ranked_by_what_their_answers_settle() -> None:
    found = draft("We need login.").questions
    assert [q.impact for q in found] == sorted((q.impact for q in found), reverse=True)
    assert found[0].id == "resources"


def test_a_topic_the_brief_raises_without_deciding_is_asked() -> None:
    asked = [q.id for q in draft("Todo app. Roles: admin or not? HS256 or EdDSA?").questions]
    assert asked[0] == "algorithm"


def test_an_answer_settles_its_question_and_is_recorded_as_one() -> None:
    found = draft("Todo app.", Given(answers={"algorithm": "jwks", "lifetime": "10 minutes"}))
    assert found.contract.token.algorithm == "EdDSA"
    assert found.contract.token.lifetime == 600
    assert found.contract.decisions["algorithm"].origin == "answer"
    assert {"algorithm", "lifetime"}.isdisjoint(q.id for q in found.questions)


def test_what_nobody_decided_is_an_assumption_with_its_origin() -> None:
    found = draft("Notes app, tokens live 5 minutes.")
    assert found.contract.decisions["storage"].origin == "default"
    assert found.contract.decisions["token-lifetime"].origin == "brief"
    assert "5 minutes" in found.contract.decisions["token-lifetime"].rationale
    fields = {a.field for a in found.assumptions}
    assert "storage" in fields and "token-lifetime" not in fields


@pytest.mark.parametrize("name", list(all_questions()))
def test_every_recommendation_is_an_answer(name: str) -> None:
    question = all_questions()[name]
    assert question.settle(question.recommended)


@pytest.mark.parametrize(
    "answers", [{"colour": "blue"}, {"lifetime": "3 days"}, {"storage": "fridge"}]
)
def test_an_answer_that_is_none_is_refused(answers: dict[str, str]) -> None:
    with pytest.raises(AuthpactError):
        draft("Todo app.", Given(answers=answers))


def test_an_accepted_deviation_is_recorded_with_its_reason() -> None:
    found = draft("Todo app; JWT valid for 30 days.", Given(accepted={"no-expiry": "offline use"}))
    assert [(d.kind, d.why) for d in found.contract.deviations] == [("no-expiry", "offline use")]
    assert found.contract.token.lifetime == 900


def test_only_what_the_brief_asks_for_can_be_accepted() -> None:
    with pytest.raises(AuthpactError, match="no-expiry"):
        draft("Todo app.", Given(accepted={"no-expiry": "offline use"}))


def test_a_secret_in_a_brief_is_named_and_not_repeated() -> None:
    value = "Zk8v" + "Q2mXw7Rt5Yp9Lc3Nb6Hd" + "8Jf4Ts1W"
    found = draft(
        f"JWT_SECRET={value}\nUsers own their kites.", Given(accepted={"secret-in-code": "no"})
    )
    assert [d.kind for d in found.deviations] == ["secret-in-code"]
    assert value not in repr(found.deviations)
    assert value not in repr(found.contract)


def test_contradictions_are_named_with_both_places() -> None:
    found = draft("Todo app. 15 minute tokens. Deployment: tokens valid 30 minutes.")
    warning = next(w for w in found.warnings if w.topic == "lifetime")
    assert warning.spans == ("15 minute", "30 minutes")


def test_a_token_does_not_outlive_a_short_session() -> None:
    found = draft("Todo app. Sessions last 10 minutes.")
    assert found.contract.token.lifetime == 600
