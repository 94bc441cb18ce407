"""Organizations over HTTP: tenant:required, tenant:foreign-path, tenant:foreign-resource."""

import logging
from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from authpact import Contract, Principal
from authpact.errors import ConfigurationError
from authpact.fastapi import (
    CurrentPrincipal,
    Owner,
    RequirePermission,
    RequireRole,
    install,
    require_tenant,
)
from authpact.testing import LocalIssuer

BLUE, RED = "org-blue", "org-red"
PATHS = ("/o/{org_id}/any", "/o/{org_id}/u/{user_id}", "/o/{org_id}/role", "/o/{org_id}/permission")
LEVELS = ("authenticated", "owner", "role:admin", "permission:rows:read")


def contract(foreign_path: int = 403, foreign_resource: int = 404) -> Contract:
    paths = [
        {"method": "GET", "path": path, "access": access, "tenant_from": "path:org_id"}
        for path, access in zip(PATHS, LEVELS, strict=True)
    ]
    paths[1]["owner_from"] = "path:user_id"
    by_row = {"path": "/projects/{id}", "access": "authenticated", "tenant_from": "resource"}
    return Contract.model_validate(
        {
            "tenant": {"mode": "organization"},
            "ownership": {"foreign_path": foreign_path, "foreign_resource": foreign_resource},
            "roles": {"admin": {"permissions": ["rows:read"]}},
            "endpoints": [
                *paths,
                {"method": "GET", **by_row},
                {"method": "GET", **by_row, "path": "/projects"},
                {"method": "GET", "path": "/me", "access": "authenticated"},
            ],
        }
    )


def by_path(app: FastAPI) -> None:
    """Add a route for each access level; every one answers with the organization."""

    async def any_member(principal: CurrentPrincipal) -> str | None:
        return principal.tenant

    async def owner(principal: Owner) -> str | None:
        return principal.tenant

    async def role(principal: Annotated[Principal, RequireRole("admin")]) -> str | None:
        return principal.tenant

    async def permission(
        principal: Annotated[Principal, RequirePermission("rows:read")],
    ) -> str | None:
        return principal.tenant

    for path, endpoint in zip(PATHS, (any_member, owner, role, permission), strict=True):
        app.get(path)(endpoint)


def application(rules: Contract, issuer: LocalIssuer) -> FastAPI:
    app = FastAPI()
    by_path(app)

    @app.get("/projects/{id}")
    async def project(id: str, principal: CurrentPrincipal) -> str:  # noqa: A002
        return require_tenant(principal, {"1": BLUE, "2": RED}.get(id), str)

    @app.get("/projects")
    async def projects(principal: CurrentPrincipal) -> str | None:
        return principal.tenant

    @app.get("/me")
    async def me(principal: CurrentPrincipal) -> str | None:
        return principal.tenant

    install(app, rules, environ=issuer.environ)
    return app


@pytest.fixture
def issuer() -> LocalIssuer:
    return LocalIssuer(contract())


@pytest.fixture
def client(issuer: LocalIssuer) -> Iterator[TestClient]:
    with TestClient(application(issuer.contract, issuer)) as client:
        yield client


def test_a_member_is_let_in_at_every_access_level(client: TestClient, issuer: LocalIssuer) -> None:
    headers = issuer.headers("ada", ["admin"], tenant=BLUE)
    for path in PATHS:
        answer = client.get(path.format(org_id=BLUE, user_id="ada"), headers=headers)
        assert (answer.status_code, answer.json()) == (200, BLUE), path


@pytest.mark.parametrize(("status", "code"), [(403, "not_member"), (404, "not_found")])
@pytest.mark.parametrize("path", PATHS)
def test_the_path_of_another_organization_is_refused_at_every_access_level(
    path: str, status: int, code: str
) -> None:
    issuer = LocalIssuer(contract(foreign_path=status))
    headers = issuer.headers("ada", ["admin"], tenant=BLUE)
    with TestClient(application(issuer.contract, issuer)) as client:
        for other in (RED, f"{BLUE}0", BLUE.upper(), "%20"):
            answer = client.get(path.format(org_id=other, user_id="ada"), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("path", [*PATHS, "/projects/1", "/projects"])
def test_a_token_without_an_organization_is_refused_at_every_access_level(
    path: str, client: TestClient, issuer: LocalIssuer
) -> None:
    headers = issuer.headers("ada", ["admin"])
    for org_id in (BLUE, "None"):
        answer = client.get(path.format(org_id=org_id, user_id="ada"), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "tenant_missing")


def test_a_stranger_to_the_role_or_the_path_stays_out_of_the_own_organization(
    client: TestClient, issuer: LocalIssuer
) -> None:
    headers = issuer.headers("ada", tenant=BLUE)
    codes = [
        client.get(path.format(org_id=BLUE, user_id="bob"), headers=headers).json()["code"]
        for path in PATHS[1:]
    ]
    assert codes == ["not_owner", "role_missing", "permission_missing"]


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (403, "not_owner")])
def test_the_object_of_another_organization_is_answered_as_the_contract_says(
    status: int, code: str
) -> None:
    issuer = LocalIssuer(contract(foreign_resource=status))
    headers = issuer.headers("ada", tenant=BLUE)
    with TestClient(application(issuer.contract, issuer)) as client:
        assert client.get("/projects/1", headers=headers).json() == BLUE
        foreign, absent = (client.get(f"/projects/{i}", headers=headers) for i in (2, 3))
        assert (foreign.status_code, foreign.json()["code"]) == (status, code)
        assert absent.status_code == 404
        assert (foreign.content == absent.content) == (status == 404)


def test_an_endpoint_of_no_organization_asks_for_none(
    client: TestClient, issuer: LocalIssuer
) -> None:
    assert client.get("/me", headers=issuer.headers()).json() is None


def test_an_organization_that_is_no_text_gets_401(client: TestClient, issuer: LocalIssuer) -> None:
    token = issuer.token(org_id=["org-blue"])
    answer = client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_a_refusal_is_logged_without_the_organization_of_anybody(
    client: TestClient, issuer: LocalIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "authpact"):
        client.get("/projects/2", headers=issuer.headers("ada", tenant=BLUE))
    assert "code=not_owner" in caplog.text
    assert BLUE not in caplog.text and RED not in caplog.text


def test_a_function_for_two_paths_of_which_one_is_an_organizations_does_not_start(
    issuer: LocalIssuer,
) -> None:
    rules = Contract.model_validate(
        {
            "tenant": {"mode": "organization"},
            "endpoints": [
                {"method": "GET", "path": "/a", "access": "authenticated"},
                {
                    "method": "GET",
                    "path": "/b",
                    "access": "authenticated",
                    "tenant_from": "resource",
                },
            ],
        }
    )
    app = FastAPI()

    @app.get("/a")
    @app.get("/b")
    async def both(principal: CurrentPrincipal) -> str:
        return principal.subject

    install(app, rules, environ=issuer.environ)
    with pytest.raises(ConfigurationError, match="another rule"), TestClient(app):
        pass
