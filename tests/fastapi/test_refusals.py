"""What a client sees, over real HTTP, and what the log says.

Requirements: transport:one-place, transport:one-credential, transport:scheme,
error:missing-token, error:unauthenticated, error:expired-code, error:forbidden, error:body,
error:no-leak, error:fail-closed, access:authenticated, access:public, ownership:foreign-path,
ownership:foreign-resource, ownership:no-oracle, logging:no-tokens, logging:decisions.
"""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from authpact import Contract
from authpact.fastapi import install
from authpact.testing import LocalIssuer

INVALID = 'Bearer error="invalid_token", error_description='


@pytest.fixture
def issuer(contract: Contract) -> LocalIssuer:
    return LocalIssuer(contract)


@pytest.fixture
def client(
    issuer: LocalIssuer,
    build: Callable[[], FastAPI],
    serve: Callable[[object], AbstractContextManager[str]],
) -> Iterator[httpx.Client]:
    app = build()
    install(app, issuer.contract, environ=issuer.environ)
    with serve(app) as base, httpx.Client(base_url=base) as http:
        yield http


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def seen(answer: httpx.Response) -> tuple[int, str, str | None]:
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"detail", "code"}
    return answer.status_code, answer.json()["code"], answer.headers.get("www-authenticate")


def test_a_good_token_is_answered(client: httpx.Client, issuer: LocalIssuer) -> None:
    assert client.get("/me", headers=issuer.headers("u1")).json() == "u1"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_ignores_case(scheme: str, client: httpx.Client, issuer: LocalIssuer) -> None:
    headers = {"Authorization": f"{scheme} {issuer.token()}"}
    assert client.get("/me", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic dTpw"}, {"Authorization": ""}])
def test_no_credentials_get_a_bare_challenge(headers: dict[str, str], client: httpx.Client) -> None:
    assert seen(client.get("/me", headers=headers)) == (401, "token_missing", "Bearer")


@pytest.mark.parametrize("value", ["Bearer", "Bearer x", "Bearer a b", "Bearer  a.b.c"])
def test_what_is_no_token_is_called_malformed(value: str, client: httpx.Client) -> None:
    answer = client.get("/me", headers={"Authorization": value})
    text = INVALID + '"The access token is malformed."'
    assert seen(answer) == (401, "token_malformed", text)


def test_each_kind_of_refusal_has_its_code(client: httpx.Client, issuer: LocalIssuer) -> None:
    wrong = client.get("/me", headers=bearer(issuer.token(aud="https://elsewhere.example")))
    assert seen(wrong) == (401, "token_invalid", INVALID + '"The access token is not valid."')
    expired = client.get("/me", headers=bearer(issuer.token(iat=1000, exp=1900)))
    assert seen(expired) == (401, "token_expired", INVALID + '"The access token has expired."')


def test_two_credentials_are_refused_even_if_one_is_good(
    client: httpx.Client, issuer: LocalIssuer
) -> None:
    good = issuer.headers()["Authorization"]
    for pair in ((good, good), (good, "Bearer x"), ("Basic dTpw", good)):
        answer = client.get("/me", headers=[("authorization", value) for value in pair])
        status, code, challenge = seen(answer)
        assert (status, code) == (400, "token_malformed")
        assert challenge is not None
        assert challenge.startswith('Bearer error="invalid_request"')


def test_a_token_anywhere_else_is_not_seen(client: httpx.Client, issuer: LocalIssuer) -> None:
    token = issuer.token("u1")
    assert client.get("/me", params={"access_token": token}).status_code == 401
    client.cookies.set("access_token", token)
    assert client.get("/me").status_code == 401
    form = {"access_token": token}
    assert client.post("/api/u1/tasks", data=form).status_code == 401
    assert client.get("/me", headers={"X-User-Id": "u1"}).status_code == 401


def test_a_missing_role_or_permission_is_an_insufficient_scope(
    client: httpx.Client, issuer: LocalIssuer
) -> None:
    clerk, admin = issuer.headers("u1", ["clerk"]), issuer.headers("u1", ["admin"])
    for path, code in (("/admin", "role_missing"), ("/reports", "permission_missing")):
        status, found, challenge = seen(client.get(path, headers=clerk))
        assert (status, found) == (403, code)
        assert challenge is not None
        assert challenge.startswith('Bearer error="insufficient_scope"')
        assert client.get(path, headers=admin).status_code == 200


def test_a_path_of_another_user_is_refused_on_every_method(
    client: httpx.Client, issuer: LocalIssuer
) -> None:
    strange = issuer.headers("u2")
    assert seen(client.get("/api/u1/tasks", headers=strange)) == (403, "not_owner", None)
    for body in ({"json": {"a": 1}}, {"json": {"a": "x"}}, {}):
        answer = client.post("/api/u1/tasks", headers=strange, **body)
        assert seen(answer) == (403, "not_owner", None)
    assert client.get("/api/u2/tasks", headers=strange).json() == ["u2", "u2"]


def test_a_foreign_and_an_absent_object_look_the_same(
    client: httpx.Client, issuer: LocalIssuer
) -> None:
    headers = issuer.headers("u1")
    assert client.get("/tasks/1", headers=headers).json() == "u1"
    foreign, absent = (client.get(f"/tasks/{id_}", headers=headers) for id_ in ("2", "3"))
    assert seen(foreign) == (404, "not_found", None)
    assert foreign.content == absent.content
    assert {**foreign.headers, "date": ""} == {**absent.headers, "date": ""}


def test_statuses_of_ownership_follow_the_contract(
    contract: Contract,
    build: Callable[[], FastAPI],
    serve: Callable[[object], AbstractContextManager[str]],
) -> None:
    ownership = contract.ownership.model_copy(update={"foreign_path": 404, "foreign_resource": 403})
    issuer = LocalIssuer(contract.model_copy(update={"ownership": ownership}))
    app = build()
    install(app, issuer.contract, environ=issuer.environ)
    with serve(app) as base, httpx.Client(base_url=base, headers=issuer.headers("u1")) as client:
        assert seen(client.get("/api/u2/tasks")) == (404, "not_found", None)
        assert seen(client.get("/tasks/2")) == (403, "not_owner", None)
        assert seen(client.get("/tasks/3")) == (404, "not_found", None)


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"a": "x"}', b"[" * 3000])
def test_a_stranger_is_told_so_whatever_the_body_is(content: bytes, client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/u1/tasks", content=content, headers=headers)
    assert answer.status_code in {400, 401}
    assert answer.status_code == 400 or answer.json()["code"] == "token_missing"


def test_a_caller_with_a_wrong_body_is_told_what_is_wrong(
    client: httpx.Client, issuer: LocalIssuer
) -> None:
    headers = {**issuer.headers("u1"), "Content-Type": "application/json"}
    assert client.post("/api/u1/tasks", content=b"{", headers=headers).status_code == 422


def test_bytes_that_no_client_library_would_send_are_refused(client: httpx.Client) -> None:
    parts = urlsplit(str(client.base_url))
    for value in (
        b"Bearer \xff\xfe",
        b"Bearer a.b.\x01",
        b"\xa0Bearer a.b.c",
        b"Bearer " + b"A" * 9000,
    ):
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            request = b"GET /me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: "
            connection.sendall(request + value + b"\r\n\r\n")
            status = connection.makefile("rb").readline().split()[1]
        assert status in {b"400", b"401"}


def test_refusals_carry_no_token_and_no_reason(client: httpx.Client, issuer: LocalIssuer) -> None:
    token = issuer.token(aud="https://elsewhere.example")
    answer = client.get("/me", headers=bearer(token))
    for part in (*token.split("."), "audience", "elsewhere", "Traceback"):
        assert part not in answer.text + str(answer.headers)


def test_the_log_has_the_reason_escaped_and_no_token(
    client: httpx.Client, issuer: LocalIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    token = issuer.token("u1", jti="t1\u2028")
    with caplog.at_level(logging.INFO, "authpact"):
        client.get("/api/u2%0A2026%20forged%20line/tasks", headers=bearer(token))
        client.get("/me", headers=bearer(token + "x"))
    first, second = (record.getMessage() for record in caplog.records)
    assert "code=not_owner" in first
    assert "subject='u1' jti='t1\\u2028'" in first
    assert "code=token_" in second
    assert "\n" not in first + second
    assert not any(part in first + second for part in token.split("."))


def test_an_accepted_token_can_be_logged_too(
    client: httpx.Client, issuer: LocalIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "authpact"):
        client.get("/me", headers=bearer(issuer.token("u1\u2028", jti="t1")))
    assert caplog.messages == ["accepted subject='u1\\u2028' jti='t1'"]


def test_openapi_shows_the_scheme_on_protected_routes_only(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"] == {
        "Bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    protected = {p for p, item in document["paths"].items() if "security" in item["get"]}
    assert protected == set(document["paths"]) - {"/health"}
