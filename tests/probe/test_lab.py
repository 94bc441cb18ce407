"""Every probe against servers whose faults are known."""

import pytest

from authpact.findings import Outcome
from authpact.probe import Need, all_probes
from lab.contracts import lab_contract
from lab.flaws import FLAWS, Flaw
from lab.running import probe_bare, probe_lab, probes_with

NAMES = [f"{f.slug}-{f.algorithm}" for f in FLAWS]


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA", "ES256", "RS256", "PS256"])
def test_a_healthy_system_holds_everything_and_leaves_nothing_open(algorithm: str) -> None:
    judged = probe_lab(lab_contract(algorithm))
    assert probes_with(Outcome.BROKEN, judged) == set()
    assert probes_with(Outcome.INCONCLUSIVE, judged) == set()
    assert {v.criterion for v in judged.verdicts} == {c.id for c in judged.criteria}


def test_a_healthy_system_that_revokes_at_once_holds_everything() -> None:
    judged = probe_lab(lab_contract("EdDSA", "backchannel"))
    assert judged.count(Outcome.HELD) == len(judged.verdicts)


@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
def test_a_healthy_system_with_organizations_holds_everything(algorithm: str) -> None:
    judged = probe_lab(lab_contract(algorithm, tenant="organization"))
    assert judged.count(Outcome.HELD) == len(judged.verdicts)
    assert len([v for v in judged.verdicts if v.probe == "tenant_resource"]) == 5


def test_organizations_are_probed_without_an_issuer_too() -> None:
    judged = probe_bare(lab_contract(tenant="organization"))
    assert probes_with(Outcome.BROKEN, judged) == set()
    wanted = {"tenant_path", "tenant_resource", "tenant_missing", "tenant_shapes"}
    assert wanted <= probes_with(Outcome.HELD, judged)


@pytest.mark.parametrize("flaw", FLAWS, ids=NAMES)
def test_a_flaw_is_named_broken_by_the_probe_that_claims_it(flaw: Flaw) -> None:
    contract = lab_contract(flaw.algorithm, flaw.revocation, flaw.tenant)
    only = frozenset({flaw.probe})
    if Need.ISSUER in all_probes()[flaw.probe].needs or flaw.probe == "token_after_sign_out":
        judged = probe_lab(contract, flaw.slug, only=only, grants=False)
    else:
        judged = probe_bare(contract, flaw.slug, only=only)
    assert probes_with(Outcome.BROKEN, judged) == {flaw.probe}


@pytest.mark.slow
@pytest.mark.parametrize("flaw", FLAWS, ids=NAMES)
def test_a_flaw_is_named_by_few_probes_and_by_the_claiming_one(flaw: Flaw) -> None:
    contract = lab_contract(flaw.algorithm, flaw.revocation, flaw.tenant)
    judged = probe_lab(contract, flaw.slug, grants=False)
    broken = probes_with(Outcome.BROKEN, judged)
    assert flaw.probe in broken
    assert len(broken) <= flaw.spread, broken


def test_every_probe_has_a_flaw_that_it_finds() -> None:
    assert {flaw.probe for flaw in FLAWS} == set(all_probes())


def test_a_broken_verdict_shows_the_forgery_that_got_through() -> None:
    judged = probe_lab(lab_contract(), "foreign-put", only=frozenset({"foreign_resource"}))
    wrong = [v for v in judged.verdicts if v.outcome is Outcome.BROKEN]
    assert {v.endpoint for v in wrong} == {"PUT /api/{user_id}/tasks/{id}", "PUT /api/notes/{id}"}
    assert wrong[0].exchanges[0].request.startswith("PUT /api/")
    assert wrong[0].exchanges[0].response.startswith("200")
    assert "$TOKEN" in wrong[0].replay


def test_a_run_prints_no_token_cookie_password_or_secret() -> None:
    judged = probe_lab(lab_contract(), "leaks-exception", "personal-data", "get-token-open")
    text = repr(judged)
    assert "eyJhbGciOi" not in text
    assert "lab-secret-of-better-auth" not in text
    assert "better-auth.session_token=(masked)" in text
    for verdict in judged.verdicts:
        for exchange in verdict.exchanges:
            assert "password" not in exchange.request or '"password": "(masked)"' in (
                exchange.request
            )
