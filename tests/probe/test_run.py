"""A run against the lab as its caller sees it."""

import dataclasses
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from starlette.types import Receive, Scope, Send

from authpact.errors import ProbeError
from authpact.findings import Outcome, Verdict
from authpact.probe import (
    ApplicationTarget,
    RunningTarget,
    Signing,
    deployed,
    generate,
    run,
    signing_from_environment,
    target_of,
)
from authpact.probe._forge import encode
from authpact.probe._serving import serve_application
from authpact.probe._targets import environment
from lab.api import build_api
from lab.contracts import lab_contract
from lab.issuer import build_issuer
from lab.running import keys_of, probe_bare, probe_lab, probes_with
from lab.verifying import State

ISSUER_PROBES = {
    "issue_fixed_identity", "issue_needs_session", "issue_not_cached", "issue_one_endpoint",
    "issue_origin", "reissue", "role_at_sign_up", "session_token", "sign_in", "sign_in_refused",
    "sign_out", "sign_up", "token_after_sign_out", "token_claims", "token_payload",
}  # fmt: skip


@contextmanager
def running_lab(*flaws: str) -> Iterator[tuple[str, str, Signing]]:
    """Run API and issuer as servers of their own; yield both addresses and the keys."""
    contract, signing = lab_contract(), keys_of("HS256")
    state, key = State(contract, frozenset(flaws)), signing.current
    pair = {contract.keys.verification_keys_env: f"{key.key_id}:{encode(key.secret)}"}
    with ExitStack() as stack:
        stack.enter_context(environment(pair))
        api = stack.enter_context(serve_application(build_api(state)))
        issuer = stack.enter_context(serve_application(build_issuer(state, key)))
        yield api, issuer, signing


def test_a_run_tells_each_verdict_as_it_comes_and_keeps_them_all() -> None:
    seen: list[Verdict] = []
    state = State(lab_contract())
    target = ApplicationTarget("lab", lambda: build_api(state))
    only = frozenset({"missing_token", "scheme_case"})
    judged = run(lab_contract(), target, seen.append, only=only)
    assert tuple(seen) == judged.verdicts
    assert {v.probe for v in seen} == only
    assert judged.control.with_token == 200
    assert judged.control.without_token == 401
    assert judged.stats.representative == "GET /api/me"
    assert "missing_token" in judged.stats.every_endpoint


def test_without_an_issuer_the_issuer_probes_are_inconclusive_and_say_why() -> None:
    judged = probe_bare(lab_contract())
    assert probes_with(Outcome.INCONCLUSIVE, judged) == ISSUER_PROBES
    reasons = {v.reason for v in judged.verdicts if v.outcome is Outcome.INCONCLUSIVE}
    assert reasons == {"This needs a running Better Auth (the target names none)."}
    assert probes_with(Outcome.BROKEN, judged) == set()


def test_without_a_key_real_tokens_prove_what_they_can() -> None:
    with running_lab("foreign-delete") as (api, issuer, _):
        judged = run(lab_contract(), RunningTarget(api, issuer))
    assert probes_with(Outcome.BROKEN, judged) == {"foreign_resource", "existence_oracle"}
    open_questions = probes_with(Outcome.INCONCLUSIVE, judged)
    assert {"expired_token", "foreign_audience", "key_rotation"} <= open_questions
    assert {"tampered_token", "unsigned_token", "sign_out", "foreign_path"} <= probes_with(
        Outcome.HELD, judged
    )


def test_a_running_system_is_probed_by_address() -> None:
    with running_lab("two-headers-accepted") as (api, issuer, signing):
        current = dataclasses.replace(signing, other=None, retired=None)
        judged = run(lab_contract(), RunningTarget(api, issuer, current))
    assert probes_with(Outcome.BROKEN, judged) == {"two_credentials"}
    assert probes_with(Outcome.INCONCLUSIVE, judged) == {"key_rotation"}


def test_a_run_is_void_when_a_valid_token_is_refused() -> None:
    with running_lab() as (api, _, _):
        stranger = Signing(generate("HS256"))
        with pytest.raises(ProbeError, match="valid token answered 401"):
            run(lab_contract(), RunningTarget(api, None, stranger))


def test_a_void_run_says_in_what_the_issuer_departs_from_the_contract() -> None:
    with pytest.raises(ProbeError, match="it lives 7200 s instead of 900 s"):
        probe_lab(lab_contract(), "two-hour-tokens")


def test_a_run_is_void_when_the_endpoint_is_open() -> None:
    app = FastAPI()

    @app.get("/api/me")
    async def me() -> dict[str, str]:
        return {}

    with pytest.raises(ProbeError, match="without a token answered 200"):
        run(lab_contract(), ApplicationTarget("open", lambda: app))


def test_a_target_with_nothing_to_get_a_token_from_is_refused() -> None:
    with pytest.raises(ProbeError, match="API_JWT_KEYS"):
        run(lab_contract(), RunningTarget("http://127.0.0.1:9"))


def test_an_address_where_nobody_listens_is_named() -> None:
    target = RunningTarget("http://127.0.0.1:9", None, Signing(generate("HS256")))
    with pytest.raises(ProbeError, match=r"Nobody answers at http://127\.0\.0\.1:9"):
        run(lab_contract(), target)


@asynccontextmanager
async def failing(_: FastAPI) -> AsyncIterator[None]:
    if _.title:
        raise RuntimeError("the secret is missing")
    yield


def test_an_application_that_does_not_start_gives_its_reason() -> None:
    app = FastAPI(lifespan=failing)
    with pytest.raises(ProbeError, match="RuntimeError: the secret is missing"):
        run(lab_contract(), ApplicationTarget("broken", lambda: app))


class LimitedOnce:
    """An application that asks its first caller to come back."""

    def __init__(self) -> None:
        self.inner, self.turned_away = build_api(State(lab_contract())), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self.turned_away:
            self.turned_away += 1
            response = Response(status_code=429, headers={"Retry-After": "0"})
            await response(scope, receive, send)
        else:
            await self.inner(scope, receive, send)


def test_a_rate_limit_is_waited_out() -> None:
    target = ApplicationTarget("limited", LimitedOnce)
    judged = run(lab_contract(), target, only=frozenset({"scheme_case"}))
    assert judged.count(Outcome.HELD) == 1


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_JWT_KEYS", "before")
    monkeypatch.delenv("API_JWT_ISSUER", raising=False)
    with environment({"API_JWT_KEYS": "during", "API_JWT_ISSUER": "during"}):
        pass
    assert os.environ["API_JWT_KEYS"] == "before"
    assert "API_JWT_ISSUER" not in os.environ


def test_the_keys_of_a_running_api_are_read_from_the_variables_of_the_contract() -> None:
    contract, first, second = lab_contract(), generate("HS256", "a"), generate("HS256", "b")
    pairs = ",".join(f"{k.key_id}:{encode(k.secret)}" for k in (first, second))
    signing = signing_from_environment(contract, {"API_JWT_KEYS": pairs})
    assert signing is not None and signing.other is not None
    assert (signing.current.key_id, signing.other.key_id) == ("a", "b")
    assert signing.current.secret == first.secret
    assert signing_from_environment(contract, {}) is None
    issuer_side = {"API_JWT_SECRET": encode(first.secret), "API_JWT_KID": "a"}
    assert signing_from_environment(contract, issuer_side) is not None


def test_a_deployment_may_override_issuer_and_audience() -> None:
    contract = lab_contract()
    kept = deployed(contract, {"API_JWT_ISSUER": "https://app.example", "API_JWT_AUDIENCE": ""})
    assert kept.token.issuer == "https://app.example"
    assert kept.token.audience == contract.token.audience
    assert deployed(contract, {}) == contract


def test_a_private_jwk_signs_for_a_running_system(tmp_path: Path) -> None:
    key = generate("ES256", "probe-key")
    file = tmp_path / "key.json"
    file.write_text(json.dumps({**key.key.as_dict(private=True), "kid": "probe-key"}))
    target = target_of("http://localhost:8000/", lab_contract("ES256"), jwk_file=file)
    assert isinstance(target, RunningTarget)
    assert target.api == "http://localhost:8000"
    assert target.signing is not None and target.signing.current.key_id == "probe-key"


@pytest.mark.parametrize("text", ["localhost:8000x/", "no_such", ":app", "a:b:c"])
def test_an_argument_that_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(ProbeError, match="neither"):
        target_of(text, lab_contract())


def test_a_module_that_cannot_be_imported_is_named() -> None:
    target = target_of("no_such_module_here:app", lab_contract())
    with pytest.raises(ProbeError, match="no_such_module_here:app cannot be imported"):
        run(lab_contract(), target)


def test_a_module_is_imported_after_its_environment_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab_module_target.py").write_text(
        "from lab.api import build_api\nfrom lab.contracts import lab_contract\n"
        "from lab.verifying import State\napp = build_api(State(lab_contract()))\n"
    )
    target = target_of("lab_module_target:app", lab_contract())
    judged = run(lab_contract(), target, only=frozenset({"missing_token"}))
    assert probes_with(Outcome.HELD, judged) == {"missing_token"}
