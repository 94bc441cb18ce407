"""The application that the compiler writes starts and keeps its contract, for any contract."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from authpact import Contract, load
from authpact.compile.targets.fastapi import render
from authpact.contract import Endpoint
from authpact.testing import LocalIssuer

GOLDEN = sorted(Path(__file__).parents[1].glob("golden/*/authpact.toml"))
UNUSUAL = """
version = 1
[[endpoints]]
method = "GET"
path = "/"
access = "public"
[[endpoints]]
method = "GET"
path = "/public/{class}"
access = "public"
[[endpoints]]
method = "GET"
path = "/notes"
access = "owner"
owner_from = "resource"
[[endpoints]]
method = "POST"
path = "/notes"
access = "owner"
owner_from = "resource"
example = { "due-date" = "tomorrow", class = 1, urgent = true, weight = 1.5 }
[[endpoints]]
method = "PUT"
path = "/notes/{id:uuid}"
access = "owner"
owner_from = "resource"
example = { title = 'a "quoted" one' }
[[endpoints]]
method = "DELETE"
path = "/notes"
access = "owner"
owner_from = "resource"
[[endpoints]]
method = "GET"
path = "/notes/{id:uuid}"
access = "owner"
owner_from = "resource"
[[endpoints]]
method = "GET"
path = "/notes/latest"
access = "authenticated"
[[endpoints]]
method = "POST"
path = "/numbers"
access = "owner"
owner_from = "resource"
[[endpoints]]
method = "POST"
path = "/numbers/{from:int}/mark-done"
access = "owner"
owner_from = "resource"
[[endpoints]]
method = "PUT"
path = "/users/{user_id}/profile"
access = "owner"
owner_from = "path:user_id"
example = { name = "Ada" }
[[endpoints]]
method = "GET"
path = "/users/{user_id}/profile"
access = "owner"
owner_from = "path:user_id"
"""
PUBLIC_ONLY = """
version = 1
[[endpoints]]
method = "GET"
path = "/health"
access = "public"
"""

Serve = Callable[[object], AbstractContextManager[str]]
ServeKeys = Callable[[LocalIssuer], AbstractContextManager[str]]


@pytest.fixture(
    params=[*GOLDEN, UNUSUAL, PUBLIC_ONLY],
    ids=lambda p: getattr(p, "parent", p)[:9] if isinstance(p, str) else p.parent.name,
)
def contract_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    text = request.param if isinstance(request.param, str) else request.param.read_text()
    path = tmp_path / "authpact.toml"
    path.write_text(text)
    for file in render(load(path)):
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text)
    return path


@pytest.fixture
def issuer(contract_file: Path) -> LocalIssuer:
    return LocalIssuer(load(contract_file))


@pytest.fixture
def app(
    contract_file: Path,
    issuer: LocalIssuer,
    serve_key_set: ServeKeys,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FastAPI]:
    """Import the generated package as `uvicorn app.main:app` does."""
    symmetric = issuer.contract.algorithm.symmetric
    with nullcontext("") if symmetric else serve_key_set(issuer) as address:
        for name, value in issuer.environ.items():
            monkeypatch.setenv(name, value if symmetric else address)
        monkeypatch.syspath_prepend(str(contract_file.parent / "backend"))
        for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
            monkeypatch.delitem(sys.modules, name)
        yield importlib.import_module("app.main").app
        for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
            del sys.modules[name]


def address(endpoint: Endpoint, subject: str, object_id: object) -> str:
    path = endpoint.path
    for name, value in (
        (endpoint.owner_parameter, subject),
        (endpoint.resource_parameter, object_id),
        (endpoint.tenant_parameter, "org-1"),
    ):
        for converter in ("", ":uuid", ":int"):
            path = path.replace(f"{{{name}{converter}}}", str(value))
    return path


def headers_of(issuer: LocalIssuer, subject: str, roles: list[str] | None = None) -> dict[str, str]:
    """Sign in somebody of the one organization, where the contract has organizations."""
    tenant = "org-1" if issuer.contract.tenant_claim else None
    return issuer.headers(subject, roles or [], tenant=tenant)


def roles_for(contract: Contract, endpoint: Endpoint) -> list[str]:
    grant = endpoint.grant
    if grant.kind == "role":
        return [grant.name]
    return [name for name, role in contract.roles.items() if grant.name in role.permissions]


def test_every_endpoint_of_the_contract_answers_as_it_promises(
    app: FastAPI, issuer: LocalIssuer, serve: Serve
) -> None:
    contract = issuer.contract
    created: dict[str, object] = {}
    with serve(app) as base, httpx.Client(base_url=base) as client:
        for endpoint in sorted(
            contract.endpoints,
            key=lambda e: (e.method == "DELETE", e.method != "POST", len(e.path)),
        ):
            url = address(endpoint, "u1", created.get(endpoint.collection, 1))
            headers = headers_of(issuer, "u1", roles_for(contract, endpoint))
            body = {} if endpoint.example is None else {"json": endpoint.example}
            if endpoint.grant.kind == "public":
                assert client.request(endpoint.method, url).json() == {"status": "ok"}
                continue
            missing = client.request(endpoint.method, url, **body)
            assert (missing.status_code, missing.headers["www-authenticate"]) == (401, "Bearer")
            answer = client.request(endpoint.method, url, headers=headers, **body)
            check(endpoint, answer, created)


def check(endpoint: Endpoint, answer: httpx.Response, created: dict[str, object]) -> None:
    if endpoint.grant.kind != "owner" and endpoint.tenant_from is None:
        assert answer.status_code == 200
        assert answer.json()["subject"] == "u1"
    elif endpoint.method == "POST" and endpoint.resource_parameter is None:
        assert answer.status_code == 201
        assert {**(endpoint.example or {}), "id": answer.json()["id"]} == answer.json()
        created[endpoint.collection] = answer.json()["id"]
    elif endpoint.method == "DELETE":
        assert (answer.status_code, answer.content) == (204, b"")
    elif endpoint.method == "GET" and endpoint.resource_parameter is None:
        assert isinstance(answer.json(), list)
    else:
        assert answer.status_code == 200
        assert "id" in answer.json()


NO_UUID = f"{0:08}-0000-4000-8000-{0:012}"


def test_another_user_gets_the_refusals_of_the_contract(
    app: FastAPI, issuer: LocalIssuer, serve: Serve
) -> None:
    ownership = issuer.contract.ownership
    creators = {
        e.path: e
        for e in issuer.contract.endpoints
        if e.method == "POST" and e.grant.kind == "owner"
    }
    with serve(app) as base, httpx.Client(base_url=base) as client:
        for endpoint in issuer.contract.endpoints:
            if endpoint.grant.kind != "owner":
                continue
            body = {} if endpoint.example is None else {"json": endpoint.example}
            creator = creators.get(endpoint.collection)
            object_id: object = 1
            if creator is not None:
                made = {} if creator.example is None else {"json": creator.example}
                url = address(creator, "u1", 1)
                object_id = client.post(url, headers=headers_of(issuer, "u1"), **made).json()["id"]
            strange = headers_of(issuer, "u2")
            if endpoint.owner_parameter:
                url = address(endpoint, "u1", object_id)
                answer = client.request(endpoint.method, url, headers=strange, **body)
                assert answer.status_code == ownership.foreign_path
            if endpoint.resource_parameter and creator is not None:
                url = address(endpoint, "u2", object_id)
                foreign = client.request(endpoint.method, url, headers=strange, **body)
                assert foreign.status_code == ownership.foreign_resource
                absent_id = NO_UUID if len(str(object_id)) > 30 else 987654
                absent = client.request(
                    endpoint.method, address(endpoint, "u2", absent_id), headers=strange, **body
                )
                assert absent.status_code == 404
                if ownership.foreign_resource == 404:
                    assert absent.content == foreign.content
            elif endpoint.method == "GET":
                url = address(endpoint, "u2", 1)
                assert client.get(url, headers=strange).json() == []


def test_the_output_is_the_same_every_time(contract_file: Path) -> None:
    contract = load(contract_file)
    assert render(contract) == render(load(contract_file))
    assert {file.path for file in render(contract)} == {
        f"backend/app/{name}.py" for name in ("__init__", "main", "routes", "security")
    }


def test_another_organization_gets_the_refusals_of_the_contract(
    app: FastAPI, issuer: LocalIssuer, serve: Serve
) -> None:
    contract = issuer.contract
    created: dict[str, object] = {}
    places = [endpoint for endpoint in contract.endpoints if endpoint.tenant_from]
    with serve(app) as base, httpx.Client(base_url=base) as client:
        for endpoint in sorted(places, key=lambda e: e.method != "POST"):
            url = address(endpoint, "u1", created.get(endpoint.collection, 1))
            body = {} if endpoint.example is None else {"json": endpoint.example}
            roles = roles_for(contract, endpoint)
            strange = issuer.headers("u1", roles, tenant="org-2")
            answer = client.request(endpoint.method, url, headers=strange, **body)
            if endpoint.tenant_parameter:
                assert answer.status_code == contract.ownership.foreign_path
                url = url.replace("org-1", "org-2")
                answer = client.request(endpoint.method, url, headers=strange, **body)
            if endpoint.resource_parameter and endpoint.method != "POST":
                assert answer.status_code == contract.ownership.foreign_resource
            elif endpoint.method == "GET":
                assert [row for row in answer.json() if row["id"] in created.values()] == []
            if endpoint.method == "POST":
                mine = headers_of(issuer, "u1", roles)
                made = client.post(address(endpoint, "u1", 1), headers=mine, **body).json()
                created[endpoint.collection] = made["id"]
