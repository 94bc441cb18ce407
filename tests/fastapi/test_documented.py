"""The refusals that the documents promise are the ones that the API gives."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from authpact import Contract
from authpact.compile._refusals import refusals
from authpact.fastapi import install
from authpact.testing import LocalIssuer

Ask = Callable[[TestClient, LocalIssuer], httpx.Response]


def with_token(token: Callable[[LocalIssuer], str], path: str = "/me") -> Ask:
    return lambda client, issuer: client.get(
        path, headers={"Authorization": f"Bearer {token(issuer)}"}
    )


def after_logout(client: TestClient, issuer: LocalIssuer) -> httpx.Response:
    path = issuer.contract.revocation.path
    client.post(path, data={"logout_token": issuer.logout_token("session-of-gone")})
    return client.get("/me", headers=issuer.headers("gone"))


ASK: dict[tuple[int, str, str], Ask] = {
    (401, "token_missing", "error:missing-token"): lambda client, _: client.get("/me"),
    (400, "token_malformed", "transport:one-credential"): lambda client, _: client.get(
        "/me", headers=[("authorization", "Bearer a"), ("authorization", "Bearer b")]
    ),
    (401, "token_malformed", "token:shape"): with_token(lambda _: "a.b"),
    (401, "token_invalid", "error:unauthenticated"): with_token(lambda i: i.token(aud="x")),
    (401, "token_expired", "error:expired-code"): with_token(lambda i: i.token(iat=1, exp=2)),
    (401, "token_revoked", "session:token-after-sign-out"): after_logout,
    (403, "role_missing", "access:role"): with_token(lambda i: i.token(), "/admin"),
    (403, "permission_missing", "access:permission"): with_token(lambda i: i.token(), "/reports"),
    (403, "not_owner", "ownership:foreign-path"): with_token(lambda i: i.token(), "/api/x/tasks"),
    (404, "not_found", "ownership:foreign-path"): with_token(lambda i: i.token(), "/api/x/tasks"),
    (403, "not_owner", "ownership:foreign-resource"): with_token(lambda i: i.token(), "/tasks/1"),
    (404, "not_found", "ownership:foreign-resource"): with_token(lambda i: i.token(), "/tasks/1"),
}


@pytest.mark.parametrize("ownership", [(403, 404), (404, 403), (403, 403), (404, 404)])
@pytest.mark.parametrize("revocation", ["none", "backchannel"])
def test_every_documented_refusal_is_given(
    ownership: tuple[int, int], revocation: str, contract: Contract, build: Callable[[], FastAPI]
) -> None:
    tables = contract.model_dump(exclude={"revocation", "ownership"}) | {
        "ownership": dict(zip(("foreign_path", "foreign_resource"), ownership, strict=True)),
        "revocation": {"mode": revocation},
    }
    issuer = LocalIssuer(Contract.model_validate(tables))
    app = build()
    install(app, issuer.contract, environ=issuer.environ)
    client = TestClient(app)
    for refusal in refusals(issuer.contract):
        answer = ASK[refusal.status, refusal.code, refusal.requirement](client, issuer)
        assert (answer.status_code, answer.json()["code"]) == (refusal.status, refusal.code)
        challenge = answer.headers.get("www-authenticate", "no challenge")
        assert challenge.partition(", ")[0] == refusal.challenge
