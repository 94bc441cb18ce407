"""When an application refuses to start, and what it says then."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from authpact import Contract, Principal
from authpact.errors import ConfigurationError
from authpact.fastapi import CurrentPrincipal, Owner, RequireRole, install
from authpact.testing import LocalIssuer

Serve = Callable[[object], AbstractContextManager[str]]


@pytest.fixture
def issuer(contract: Contract) -> LocalIssuer:
    return LocalIssuer(contract)


def contract_of(*endpoints: tuple[str, str, str], **tables: object) -> Contract:
    rows = [{"method": m, "path": p, "access": a} for m, p, a in endpoints]
    return Contract.model_validate({"endpoints": rows, **tables})


def problems_of(app: FastAPI, contract: Contract) -> str:
    issuer = LocalIssuer(contract)
    install(app, contract, environ=issuer.environ, keys=issuer.keys)
    with pytest.raises(ConfigurationError) as refused, TestClient(app):
        pass
    return str(refused.value)


def starts(app: FastAPI, contract: Contract) -> TestClient:
    issuer = LocalIssuer(contract)
    install(app, contract, environ=issuer.environ, keys=issuer.keys)
    with TestClient(app) as client:
        return client


async def answer() -> str:
    return "ok"


async def known(principal: CurrentPrincipal) -> str:
    return principal.subject


ME = ("GET", "/me", "authenticated")


def test_an_application_that_keeps_its_contract_starts(
    build: Callable[[], FastAPI], contract: Contract
) -> None:
    assert starts(build(), contract).get("/health").json() == "ok"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (lambda _: {}, "API_JWT_KEYS is not set"),
        (lambda _: {"API_JWT_KEYS": "k1:short"}, "entry 1 is refused"),
        (lambda _: {"API_JWT_KEYS": "k1:change-me"}, "example value"),
        (lambda s: {"API_JWT_KEYS": f"k1:{s}", "BETTER_AUTH_SECRET": s}, "of Better Auth"),
        (lambda s: {"API_JWT_KEYS": f"k1:{s}", "CORS_ORIGINS": "*"}, "exact origins"),
        (lambda s: {"API_JWT_KEYS": f"k1:{s}", "CORS_ORIGINS": "https://a.example/"}, "exact"),
    ],
    ids=range(6),
)
def test_an_unsafe_environment_is_refused_at_once(
    environ: Callable[[str], dict[str, str]],
    expected: str,
    build: Callable[[], FastAPI],
    contract: Contract,
) -> None:
    secret = secrets.token_urlsafe(32)
    with pytest.raises(ConfigurationError, match=expected) as refused:
        install(build(), contract, environ=environ(secret))
    assert secret not in str(refused.value)


def test_every_problem_of_the_environment_is_told_at_once(contract: Contract) -> None:
    revocation = contract.revocation.model_copy(update={"mode": "backchannel", "store": "redis"})
    contract = contract.model_copy(update={"revocation": revocation})
    with pytest.raises(ConfigurationError) as refused:
        install(FastAPI(), contract, environ={"CORS_ORIGINS": "nonsense"})
    assert len(refused.value.problems) == 3
    assert "REDIS_URL is not set" in str(refused.value)


@pytest.mark.parametrize("url", ["http://api.example/jwks", "file:///etc/passwd", "data:,x", "x"])
def test_a_key_set_address_must_be_https_or_local(url: str) -> None:
    contract = contract_of(token={"mode": "jwks", "algorithm": "ES256"})
    with pytest.raises(ConfigurationError, match="https"):
        install(FastAPI(), contract, environ={"API_JWKS_URL": url})


def test_a_route_without_a_rule_is_named(build: Callable[[], FastAPI], contract: Contract) -> None:
    app = build()
    app.add_api_route("/debug", answer)
    assert problems_of(app, contract) == "GET /debug has no rule in the contract"


def test_a_route_of_an_included_router_is_seen(
    contract: Contract, build: Callable[[], FastAPI]
) -> None:
    inner, outer, app = APIRouter(prefix="/v1"), APIRouter(prefix="/api"), build()
    inner.add_api_route("/debug", answer, methods=["DELETE"])
    outer.include_router(inner)
    app.include_router(outer, prefix="/x")
    assert problems_of(app, contract) == "DELETE /x/api/v1/debug has no rule in the contract"


def test_a_route_added_to_a_router_after_it_was_included_is_judged_if_it_can_be_reached() -> None:
    def late() -> FastAPI:
        app, router = FastAPI(), APIRouter()
        router.add_api_route("/me", known)
        app.include_router(router)
        router.add_api_route("/late", answer)
        return app

    if TestClient(late()).get("/late").status_code == 200:  # older versions copy the routes
        assert problems_of(late(), contract_of(ME)) == "GET /late has no rule in the contract"


def test_a_route_of_a_mounted_application_is_seen_and_guarded() -> None:
    contract = contract_of(("GET", "/sub/me", "authenticated"))
    app, sub = FastAPI(), FastAPI()
    sub.add_api_route("/me", known)
    app.mount("/sub", sub)
    client = starts(app, contract)
    refused = client.get("/sub/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "token_missing")
    sub.add_api_route("/debug", answer)
    assert "GET /sub/debug has no rule" in problems_of(FastAPI(routes=app.routes), contract)


def test_a_mounted_application_without_routes_needs_a_public_rule(tmp_path: object) -> None:
    files = StaticFiles(directory=str(tmp_path))
    app = FastAPI()
    app.mount("/static", files)
    assert "GET /static/{path} has no rule" in problems_of(app, contract_of())
    app = FastAPI()
    app.mount("/static", files)
    starts(app, contract_of(("GET", "/static/{path:path}", "public")))


def test_a_plain_route_cannot_be_more_than_public() -> None:
    async def plain(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    app = FastAPI()
    app.add_route("/me", plain)
    assert "GET /me must enforce authenticated" in problems_of(app, contract_of(ME))
    app = FastAPI()
    app.add_route("/me", plain)
    starts(app, contract_of(("GET", "/me", "public")))


def test_a_forgotten_dependency_is_named_with_the_one_to_declare() -> None:
    app = FastAPI()
    app.add_api_route("/admin", known)
    contract = contract_of(("GET", "/admin", "role:admin"), roles={"admin": {}})
    text = problems_of(app, contract)
    assert text == 'GET /admin must enforce role:admin: declare RequireRole("admin")'


def test_a_dependency_counts_wherever_it_stands_in_the_tree() -> None:
    async def loaded(principal: CurrentPrincipal) -> str:
        return principal.subject

    async def nested(user: Annotated[str, Depends(loaded)]) -> str:
        return user

    contract = contract_of(ME, ("GET", "/admin/x", "role:admin"), roles={"admin": {}})
    app, router = FastAPI(), APIRouter(prefix="/admin", dependencies=[RequireRole("admin")])
    router.add_api_route("/x", answer)
    app.add_api_route("/me", nested)
    app.include_router(router)
    starts(app, contract)


def test_one_function_under_two_rules_is_refused() -> None:
    async def own(owner: Owner) -> str:
        return owner.subject

    app = FastAPI()
    for path in ("/a/{x}", "/b/{y}"):
        app.add_api_route(path, own)
    rows = [
        {"method": "GET", "path": f"/{n}/{{{p}}}", "access": "owner", "owner_from": f"path:{p}"}
        for n, p in (("a", "x"), ("b", "y"))
    ]
    text = problems_of(app, Contract.model_validate({"endpoints": rows}))
    assert "GET /b/{y} shares its function with a path of another rule" in text


def test_without_a_lifespan_the_first_request_is_refused_and_every_later_one(
    issuer: LocalIssuer, build: Callable[[], FastAPI]
) -> None:
    app = build()
    app.add_api_route("/debug", answer)
    install(app, issuer.contract, environ=issuer.environ)
    client = TestClient(app)
    for path in ("/debug", "/health", "/health"):
        with pytest.raises(ConfigurationError):
            client.get(path)
    quiet = TestClient(app, raise_server_exceptions=False)
    assert quiet.get("/health").status_code == 500


def test_a_server_does_not_begin_to_listen(
    issuer: LocalIssuer, build: Callable[[], FastAPI], serve: Serve
) -> None:
    app = build()
    app.add_api_route("/debug", answer)
    install(app, issuer.contract, environ=issuer.environ)
    with serve(app) as base, pytest.raises(httpx.TransportError):
        httpx.get(f"{base}/health", timeout=1)


def test_a_route_that_appears_later_lets_nobody_in(
    issuer: LocalIssuer, build: Callable[[], FastAPI]
) -> None:
    app = build()
    install(app, issuer.contract, environ=issuer.environ)
    with TestClient(app) as client:
        app.add_api_route("/late", known)
        assert client.get("/late").status_code == 401
        refused = client.get("/late", headers=issuer.headers())
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_a_dependency_without_install_fails_closed() -> None:
    app = FastAPI()
    app.add_api_route("/me", known)
    with pytest.raises(ConfigurationError, match="install"):
        TestClient(app).get("/me")


def test_the_parked_principal_is_verified_once() -> None:
    app = FastAPI()

    @app.get("/me")
    async def me(
        first: CurrentPrincipal, second: Annotated[Principal, Depends(issuer_principal)]
    ) -> bool:
        return first is second

    contract = contract_of(ME)
    local = LocalIssuer(contract)
    install(app, contract, environ=local.environ)
    with TestClient(app) as client:
        assert client.get("/me", headers=local.headers()).json() is True


async def issuer_principal(principal: CurrentPrincipal) -> Principal:
    return principal
