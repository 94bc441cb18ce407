"""The adapter with keys that must be fetched, and with sessions that end."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import cast

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from authpact import Contract
from authpact.errors import KeysUnavailable
from authpact.fastapi import install
from authpact.testing import LocalIssuer
from authpact.verify import Logout, Principal, SignatureKey, StaticKeys

Serve = Callable[[object], AbstractContextManager[str]]
ServeKeys = Callable[[LocalIssuer], AbstractContextManager[str]]


@pytest.fixture
def signer(contract: Contract) -> LocalIssuer:
    token = contract.token.model_copy(update={"mode": "jwks", "algorithm": "EdDSA"})
    return LocalIssuer(contract.model_copy(update={"token": token}))


@pytest.fixture
def ending(contract: Contract) -> LocalIssuer:
    revocation = contract.revocation.model_copy(update={"mode": "backchannel"})
    return LocalIssuer(contract.model_copy(update={"revocation": revocation}))


@pytest.fixture
def client(ending: LocalIssuer, build: Callable[[], FastAPI]) -> Iterator[TestClient]:
    app = build()
    install(app, ending.contract, environ=ending.environ)
    with TestClient(app) as http:
        yield http


def path_of(issuer: LocalIssuer) -> str:
    return issuer.contract.revocation.path


def test_keys_are_fetched_when_they_are_needed(
    signer: LocalIssuer, build: Callable[[], FastAPI], serve: Serve, serve_key_set: ServeKeys
) -> None:
    app = build()
    with serve_key_set(signer) as url:
        install(app, signer.contract, environ={"API_JWKS_URL": url})
        with serve(app) as base:
            answer = httpx.get(f"{base}/me", headers=signer.headers("u1"))
            assert (answer.status_code, answer.json()) == (200, "u1")
            unknown = signer.sign({}, typ="at+jwt", kid="unknown")
            refused = httpx.get(f"{base}/me", headers={"Authorization": f"Bearer {unknown}"})
            assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")


def test_without_keys_nobody_is_let_in_and_nobody_is_signed_out(
    signer: LocalIssuer, build: Callable[[], FastAPI], serve: Serve
) -> None:
    app = build()
    install(app, signer.contract, environ={"API_JWKS_URL": "http://127.0.0.1:9/jwks"})
    with serve(app) as base:
        answer = httpx.get(f"{base}/me", headers=signer.headers("u1"))
        assert answer.status_code == 503
        assert answer.json()["code"] == "keys_unavailable"
        assert int(answer.headers["retry-after"]) > 0
        assert "www-authenticate" not in answer.headers
        assert httpx.get(f"{base}/health").status_code == 200
        assert httpx.get(f"{base}/me").json()["code"] == "token_missing"


class SlowToLearn(StaticKeys):
    """A source that knows its key only after it was asked to refresh."""

    known = False

    def find(self, key_id: str, now: float) -> SignatureKey:
        return super().find(key_id if self.known else "none", now)

    async def refresh(self, now: float) -> bool:
        self.known = now > 0
        return True


def test_an_unknown_key_is_asked_for_once_and_then_known(
    signer: LocalIssuer, build: Callable[[], FastAPI]
) -> None:
    app, key = build(), signer.keys.find(signer.key_id, time.time())  # noqa: TID251  # real time
    keys = SlowToLearn({signer.key_id: key})
    install(app, signer.contract, environ={}, keys=keys)
    assert TestClient(app).get("/me", headers=signer.headers("u1")).json() == "u1"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_session_that_ended_is_refused_at_once(
    as_json: bool, client: TestClient, ending: LocalIssuer
) -> None:
    headers = ending.headers("u1")
    assert client.get("/me", headers=headers).status_code == 200
    message = {"logout_token": ending.logout_token("session-of-u1", "u1")}
    answer = client.post(path_of(ending), **({"json": message} if as_json else {"data": message}))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    refused = client.get("/me", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
    assert client.get("/me", headers=ending.headers("u2")).status_code == 200


def test_only_the_issuer_ends_sessions(client: TestClient, ending: LocalIssuer) -> None:
    stranger = LocalIssuer(ending.contract)
    for token in (stranger.logout_token("session-of-u1"), ending.token("u1"), "x", ""):
        answer = client.post(path_of(ending), data={"logout_token": token})
        assert (answer.status_code, answer.json()["code"]) == (400, "token_invalid")
    assert client.get("/me", headers=ending.headers("u1")).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"other=1", "application/x-www-form-urlencoded"),
        (b"logout_token=a&logout_token=b", "application/x-www-form-urlencoded"),
        (b"&".join([b"a=1"] * 50), "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"logout_token": 1}', "application/json"),
        (b"[" * 9000, "application/json"),
        (b"logout_token=" + b"a" * 20000, "application/x-www-form-urlencoded"),
    ],
    ids=range(10),
)
def test_a_body_without_a_logout_token_is_refused(
    content: bytes, kind: str, client: TestClient, ending: LocalIssuer
) -> None:
    answer = client.post(path_of(ending), content=content, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (400, "token_invalid")


def test_the_endpoint_is_not_there_without_revocation(
    contract: Contract, build: Callable[[], FastAPI]
) -> None:
    issuer = LocalIssuer(contract)
    app = build()
    install(app, contract, environ=issuer.environ)
    assert TestClient(app).post(path_of(issuer)).status_code == 404


class Unreachable:
    """A store of the application's own that cannot be reached."""

    def revoke(self, logout: Logout, now: float) -> None:
        raise KeysUnavailable(f"no store for {cast('object', logout)} at {now}", retry_after=7)

    def is_revoked(self, principal: Principal, now: float) -> bool:
        raise KeysUnavailable(f"no store for {principal.subject} at {now}", retry_after=7)


def test_a_store_that_cannot_be_reached_lets_nobody_in(
    ending: LocalIssuer, build: Callable[[], FastAPI]
) -> None:
    app = build()
    install(app, ending.contract, environ=ending.environ, revocations=Unreachable())
    client = TestClient(app)
    for answer in (
        client.get("/me", headers=ending.headers("u1")),
        client.post(path_of(ending), data={"logout_token": ending.logout_token("s1")}),
    ):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
