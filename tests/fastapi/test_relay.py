"""The relay for Swagger's Authorize button: only here, only forwarding."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from authpact import Contract
from authpact.errors import ConfigurationError
from authpact.fastapi import CurrentPrincipal, install
from authpact.fastapi.relay import DevelopmentRelay
from authpact.testing import LocalIssuer

CONTRACT = Contract.model_validate(
    {
        "endpoints": [
            {"method": "GET", "path": "/me", "access": "authenticated"},
            {"method": "POST", "path": "/dev/token", "access": "public"},
        ]
    }
)
Serve = Callable[[object], AbstractContextManager[str]]
PASSWORD = threading.__name__ + "-at-test-time"


def better_auth(issuer: LocalIssuer) -> FastAPI:
    """Behave as the two endpoints of Better Auth do: a session cookie, then a token for it."""
    app = FastAPI()

    @app.post("/api/auth/sign-in/email")
    async def sign_in(request: Request, response: Response) -> dict[str, str]:
        body = await request.json()
        assert request.headers["origin"].startswith("http://127.0.0.1")
        if body != {"email": "ann@example.com", "password": PASSWORD}:
            response.status_code = 401
            return {"code": "INVALID_EMAIL_OR_PASSWORD"}
        response.set_cookie("better-auth.session_token", "session")
        return {}

    @app.post("/api/auth/api-token")
    async def api_token(request: Request, response: Response) -> dict[str, str]:
        if request.cookies.get("better-auth.session_token") != "session":
            response.status_code = 401
            return {}
        return {"access_token": issuer.token("ann")}

    return app


@pytest.fixture
def client(serve: Serve) -> Iterator[TestClient]:
    issuer = LocalIssuer(CONTRACT)
    with serve(better_auth(issuer)) as origin:
        relay = DevelopmentRelay(CONTRACT, environ={}, better_auth=origin)
        app = FastAPI(dependencies=[relay.button])
        app.include_router(relay.router)

        @app.get("/me")
        async def me(principal: CurrentPrincipal) -> str:
            return principal.subject

        install(app, CONTRACT, environ=issuer.environ)
        yield TestClient(app)


def form(password: str) -> dict[str, str]:
    return {"grant_type": "password", "username": "ann@example.com", "password": password}


def test_better_auth_decides_and_its_token_comes_back(client: TestClient) -> None:
    answer = client.post("/dev/token", data=form(PASSWORD))
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    issued = answer.json()
    assert issued["token_type"] == "bearer"
    headers = {"Authorization": f"Bearer {issued['access_token']}"}
    assert client.get("/me", headers=headers).json() == "ann"


def test_what_better_auth_refuses_is_refused(client: TestClient) -> None:
    answer = client.post("/dev/token", data=form("wrong"))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize("body", [b"", b"username=a", b"\xff", b"username=a&username=b&password=c"])
def test_what_is_no_form_is_refused(body: bytes, client: TestClient) -> None:
    assert client.post("/dev/token", content=body).json() == {"error": "invalid_request"}


def test_a_better_auth_that_is_away_is_not_a_verdict() -> None:
    relay = DevelopmentRelay(CONTRACT, environ={}, better_auth="http://127.0.0.1:9")
    app = FastAPI()
    app.include_router(relay.router)
    assert TestClient(app).post("/dev/token", data=form(PASSWORD)).status_code == 503


def test_the_button_is_in_the_schema_and_the_relay_is_not(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    flows = schema["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]
    assert flows["password"]["tokenUrl"] == "/dev/token"
    assert "/dev/token" not in schema["paths"]
    assert client.get("/me").status_code == 401


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({"NODE_ENV": "production"}, None),
        ({"ENVIRONMENT": "Staging"}, None),
        ({"API_JWT_ISSUER": "https://app.example"}, None),
        ({}, "http://192.168.0.7:3000"),
        ({}, "https://localhost.evil.example"),
    ],
)
def test_it_refuses_to_be_in_production(environ: dict[str, str], address: str | None) -> None:
    with pytest.raises(ConfigurationError):
        DevelopmentRelay(CONTRACT, environ=environ, better_auth=address)
