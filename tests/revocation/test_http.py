"""The adapter with a shared store: what a client is told while it is there, away or emptied."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from authpact import Contract
from authpact.fastapi import CurrentPrincipal, install
from authpact.testing import LocalIssuer
from lab.redis_server import RedisServer


def issuer_of(when_unavailable: str = "refuse") -> LocalIssuer:
    revocation = {"mode": "backchannel", "store": "redis", "when_unavailable": when_unavailable}
    endpoint = {"method": "GET", "path": "/me", "access": "authenticated"}
    return LocalIssuer(Contract.model_validate({"revocation": revocation, "endpoints": [endpoint]}))


@contextmanager
def worker(issuer: LocalIssuer, url: str) -> Iterator[TestClient]:
    app = FastAPI()

    @app.get("/me")
    async def me(principal: CurrentPrincipal) -> str:
        return principal.subject

    install(app, issuer.contract, environ={**issuer.environ, "REDIS_URL": url})
    with TestClient(app) as client:
        yield client


def sign_out(client: TestClient, issuer: LocalIssuer) -> int:
    body = {"logout_token": issuer.logout_token("session-of-u1")}
    return client.post(issuer.contract.revocation.path, data=body).status_code


def test_a_sign_out_at_one_worker_is_a_401_at_the_other(redis_server: RedisServer) -> None:
    issuer = issuer_of()
    with worker(issuer, redis_server.url) as one, worker(issuer, redis_server.url) as two:
        headers = issuer.headers("u1")
        assert two.get("/me", headers=headers).status_code == 200
        assert sign_out(one, issuer) == 200
        refused = two.get("/me", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
        assert two.get("/me", headers=issuer.headers("u2")).status_code == 200


@pytest.mark.parametrize("down_from", ["the start", "later"])
def test_without_the_store_nobody_is_let_in_and_nobody_is_signed_out(
    down_from: str, redis_server: RedisServer
) -> None:
    issuer = issuer_of()
    if down_from == "the start":
        redis_server.kill()
    with worker(issuer, redis_server.url) as client:
        redis_server.kill()
        answer = client.get("/me", headers=issuer.headers("u1"))
        assert (answer.status_code, answer.json()["code"]) == (503, "keys_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert sign_out(client, issuer) == 503
        assert client.get("/me").json()["code"] == "token_missing"


def test_an_accepting_contract_lets_valid_tokens_in_and_forgeries_never(
    redis_server: RedisServer,
) -> None:
    issuer = issuer_of("accept")
    with worker(issuer, redis_server.url) as client:
        redis_server.kill()
        assert client.get("/me", headers=issuer.headers("u1")).json() == "u1"
        forged = LocalIssuer(issuer.contract).headers("u1")
        assert client.get("/me", headers=forged).status_code == 401
        assert sign_out(client, issuer) == 503


def test_after_the_store_was_emptied_a_client_is_told_to_get_a_new_token(
    redis_server: RedisServer,
) -> None:
    issuer = issuer_of()
    with worker(issuer, redis_server.url) as client:
        earlier = int(time.time()) - 60  # noqa: TID251  # real time
        token = issuer.token("u1", iat=earlier, exp=earlier + 600)
        sign_out(client, issuer)
        redis_server.kill()
        redis_server.start()
        answer = client.get("/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
        assert client.get("/me", headers=issuer.headers("u1")).status_code == 200
