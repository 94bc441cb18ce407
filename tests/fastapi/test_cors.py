"""Who may call the API from a browser: browser:cors."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from authpact import Contract
from authpact.fastapi import install
from authpact.testing import LocalIssuer

OURS = "http://localhost:3000"


def client_for(build: Callable[[], FastAPI], contract: Contract, **environ: str) -> TestClient:
    app, issuer = build(), LocalIssuer(contract)
    install(app, contract, environ={**issuer.environ, **environ})
    return TestClient(app)


def preflight(client: TestClient, origin: str, headers: str = "authorization,content-type"):  # noqa: ANN201
    return client.options(
        "/me",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "DELETE",
            "Access-Control-Request-Headers": headers,
        },
    )


@pytest.fixture
def client(build: Callable[[], FastAPI], contract: Contract) -> TestClient:
    return client_for(build, contract)


def test_a_preflight_of_a_listed_origin_is_allowed(client: TestClient) -> None:
    answer = preflight(client, OURS)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == OURS
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost:3000.evil.example",
        "http://evil-localhost:3000",
        "http://localhost:30000",
        "https://localhost:3000",
        "http://LOCALHOST:3000",
    ],
)
def test_a_preflight_of_any_other_origin_is_not(origin: str, client: TestClient) -> None:
    answer = preflight(client, origin)
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers
    assert (
        "access-control-allow-origin"
        not in client.get("/health", headers={"Origin": origin}).headers
    )


def test_a_header_that_is_not_needed_is_not_allowed(client: TestClient) -> None:
    assert preflight(client, OURS, "x-user-id").status_code == 400


def test_refusals_carry_cors_headers_too(client: TestClient) -> None:
    answer = client.get("/me", headers={"Origin": OURS})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == OURS
    assert "WWW-Authenticate" in answer.headers["access-control-expose-headers"]


def test_one_deployment_has_its_own_origins(
    build: Callable[[], FastAPI], contract: Contract
) -> None:
    listed = "https://app.example, https://admin.example"
    client = client_for(build, contract, CORS_ORIGINS=listed)
    assert preflight(client, "https://admin.example").status_code == 200
    assert preflight(client, OURS).status_code == 400


def test_a_cache_learns_that_answers_differ_by_origin(client: TestClient) -> None:
    assert client.get("/health").headers["vary"] == "Origin"
    assert client.get("/health", headers={"Origin": OURS}).headers["vary"] == "Origin"
