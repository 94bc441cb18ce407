"""What operators see: figures without personal data, and whether the API can decide at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from authpact import Contract
from authpact.fastapi import CurrentPrincipal, Ready, install
from authpact.testing import LocalIssuer

ENDPOINTS = [
    {"method": "GET", "path": "/me", "access": "authenticated"},
    {"method": "GET", "path": "/ready", "access": "public"},
]
ServeKeys = Callable[[LocalIssuer], AbstractContextManager[str]]


def application() -> FastAPI:
    app = FastAPI()

    @app.get("/me")
    async def me(first: CurrentPrincipal, second: CurrentPrincipal) -> str:
        return first.subject

    @app.get("/ready")
    async def ready(_: Ready) -> str:
        return "ready"

    return app


def figures(reader: InMemoryMetricReader) -> dict[tuple[str, object], int]:
    data = reader.get_metrics_data()
    assert data is not None
    return {
        (metric.name, point.attributes["code"]): getattr(point, "count", None) or point.value
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
    }


def test_decisions_are_counted_and_timed_by_code_alone() -> None:
    issuer = LocalIssuer(Contract.model_validate({"endpoints": ENDPOINTS}))
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("authpact")
    app = application()
    install(app, issuer.contract, environ=issuer.environ, meter=meter)
    client = TestClient(app)
    for _ in range(3):
        assert client.get("/me", headers=issuer.headers("ann")).json() == "ann"
    expired = issuer.token("ann", iat=1, exp=2)
    client.get("/me", headers={"Authorization": f"Bearer {expired}"})
    client.get("/me")
    assert figures(reader) == {
        ("authpact.verification.duration", "accepted"): 3,
        ("authpact.verification.duration", "token_expired"): 1,
        ("authpact.verification.duration", "token_missing"): 1,
        ("authpact.refusals", "token_expired"): 1,
        ("authpact.refusals", "token_missing"): 1,
    }


def test_an_api_with_shared_secrets_is_ready_at_once() -> None:
    issuer = LocalIssuer(Contract.model_validate({"endpoints": ENDPOINTS}))
    app = application()
    install(app, issuer.contract, environ=issuer.environ)
    assert TestClient(app).get("/ready").json() == "ready"


def test_an_api_without_keys_says_that_it_is_not_ready(serve_key_set: ServeKeys) -> None:
    token = {"mode": "jwks", "algorithm": "EdDSA"}
    contract = Contract.model_validate(
        {"token": token, "keys": {"cooldown": "1s"}, "endpoints": ENDPOINTS}
    )
    issuer = LocalIssuer(contract)
    away = application()
    install(away, contract, environ={"API_JWKS_URL": "http://127.0.0.1:9/jwks"})
    with TestClient(away) as client:
        answer = client.get("/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "keys_unavailable")
    assert answer.headers["retry-after"]
    with serve_key_set(issuer) as url:
        app = application()
        install(app, contract, environ={"API_JWKS_URL": url})
        with TestClient(app) as client:
            client.get("/me", headers=issuer.headers("ann"))
            assert client.get("/ready").json() == "ready"
