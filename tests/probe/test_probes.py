"""A probe is a generator: it can be driven with a dict of answers, without client or server."""

from dataclasses import replace

import pytest

from authpact.contract import Contract, criteria, default_contract
from authpact.errors import ProbeError
from authpact.findings import Outcome
from authpact.probe import all_probes, generate
from authpact.probe._case import Case
from authpact.probe._departures import departures
from authpact.probe._forge import Signing, payload_of
from authpact.probe._messages import Json, Request, Response
from authpact.probe._people import invented
from authpact.probe._probe import Judgement
from authpact.requirements import REQUIREMENTS, Check
from lab.contracts import lab_contract

NOW = 1_800_000_000
CHALLENGE = ("WWW-Authenticate", 'Bearer error="invalid_token"')


def case_of(contract: Contract) -> Case:
    signing = Signing(generate(contract.token.algorithm))
    alice, bob = (invented(contract, signing.current, NOW) for _ in range(2))
    return Case(contract, contract.protected[0], alice, bob, NOW, signing=signing)


def drive(slug: str, case: Case, answers: dict[str, Response]) -> tuple[Judgement, list[Request]]:
    """Drive a probe; answers are found by label, "" answers everything else."""
    steps, sent = all_probes()[slug].attempt(case), []
    try:
        request = next(steps)
        while True:
            sent.append(request)
            request = steps.send(answers.get(request.label, answers[""]))
    except StopIteration as end:
        return end.value, sent


def test_every_criterion_names_a_probe_of_the_same_requirement() -> None:
    every = [
        *criteria(lab_contract("EdDSA")),
        *criteria(lab_contract(tenant="organization")),
        *criteria(default_contract()),
    ]
    assert {c.probe for c in every} == set(all_probes())
    for criterion in every:
        assert all_probes()[criterion.probe].requirement == criterion.requirement


def test_every_requirement_that_says_probe_has_a_probe_or_a_criterion_beside_it() -> None:
    for slug, probe in all_probes().items():
        assert Check.PROBE in REQUIREMENTS[probe.requirement].checks, slug


def test_a_probe_holds_when_every_forgery_is_refused() -> None:
    refused = Response(401, (CHALLENGE,))
    judged, sent = drive("foreign_audience", case_of(default_contract()), {"": refused})
    assert judged.outcome is Outcome.HELD
    assert len(sent) == 9


def test_a_probe_breaks_on_the_one_forgery_that_gets_through_and_names_it() -> None:
    answers = {"": Response(401, (CHALLENGE,)), "no audience": Response(200)}
    judged, _ = drive("foreign_audience", case_of(default_contract()), answers)
    assert judged.outcome is Outcome.BROKEN
    assert judged.reason == "1 of 9 answered 200 instead of 401: no audience."
    assert judged.exhibits == (answers["no audience"],)


def test_a_server_error_is_no_refusal() -> None:
    judged, _ = drive("foreign_issuer", case_of(default_contract()), {"": Response(500)})
    assert judged.outcome is Outcome.BROKEN


def test_an_ended_connection_is_a_refusal_nowhere() -> None:
    judged, _ = drive("unsigned_token", case_of(default_contract()), {"": Response(0)})
    assert judged.outcome is Outcome.BROKEN
    assert "ended the connection" in judged.reason


def test_a_missing_token_must_not_be_answered_with_an_error_code() -> None:
    body = b'{"detail": "x", "code": "token_missing"}'
    bare = Response(401, (("WWW-Authenticate", "Bearer"),), body)
    case = case_of(default_contract())
    assert drive("missing_token", case, {"": bare})[0].outcome is Outcome.HELD
    wrong = Response(401, (CHALLENGE,), body)
    assert drive("missing_token", case, {"": wrong})[0].outcome is Outcome.BROKEN


def test_an_expired_token_needs_its_own_code() -> None:
    case = case_of(default_contract())
    right = Response(401, (CHALLENGE,), b'{"code": "token_expired"}')
    wrong = Response(401, (CHALLENGE,), b'{"code": "token_invalid"}')
    assert drive("expired_token", case, {"": right})[0].outcome is Outcome.HELD
    assert drive("expired_token", case, {"": wrong})[0].outcome is Outcome.BROKEN


def test_forgeries_of_one_probe_differ_in_one_thing_only() -> None:
    _, sent = drive("tampered_token", case_of(default_contract()), {"": Response(401)})
    assert len({request.path for request in sent}) == 1
    assert len({request.headers for request in sent}) == len(sent)


NOTHING_THERE = {"issue_one_endpoint", "second_login"}
"""For these a 404 is the good answer."""


@pytest.mark.parametrize("answer", [Response(0), Response(500), Response(404), Response(302)])
@pytest.mark.parametrize("slug", sorted(all_probes()))
def test_no_probe_holds_on_a_system_that_answers_everything_alike(
    slug: str, answer: Response
) -> None:
    probe = all_probes()[slug]
    case = case_of(lab_contract("EdDSA"))
    for endpoint in probe.endpoints(case.contract):
        try:
            judged, _ = drive(slug, replace(case, endpoint=endpoint), {"": answer})
        except ProbeError:
            continue
        if answer.status == 404 and slug in NOTHING_THERE:
            continue
        assert judged.outcome is not Outcome.HELD, judged.reason


@pytest.mark.parametrize(("value", "found"), [("blue", 0), ("", 1), (7, 1), (None, 1)])
def test_an_issued_organization_that_is_no_id_is_a_departure(value: Json, found: int) -> None:
    contract = lab_contract(tenant="organization")
    case = case_of(contract)
    token = case.signer.sign({**case.good, "org_id": value})
    assert len(departures(contract, token)) == found
    assert departures(lab_contract(), token) == []


def test_a_person_in_no_organization_has_a_token_without_the_claim() -> None:
    case = case_of(lab_contract(tenant="organization"))
    assert payload_of(case.in_tenant(case.alice, "").token).get("org_id") is None
    assert payload_of(case.in_tenant(case.alice, "blue").token)["org_id"] == "blue"
