"""What the public names are, to a type checker."""

from collections.abc import Mapping
from typing import Annotated, assert_type

from fastapi import APIRouter, FastAPI

from authpact import Contract, Principal, Verifier, load
from authpact.fastapi import (
    CurrentPrincipal,
    Owner,
    Ready,
    RequirePermission,
    RequireRole,
    install,
    require_owner,
    require_role,
    require_tenancy,
    require_tenant,
)
from authpact.fastapi.relay import DevelopmentRelay
from authpact.testing import LocalIssuer, forgeries
from authpact.verify import KeySource, Logout, SharedSecrets

contract = load("authpact.toml")
assert_type(contract, Contract)

issuer = LocalIssuer(contract)
assert_type(issuer.token("u1", ["admin"], exp=1), str)
assert_type(issuer.token("u1", tenant="org-1"), str)
assert_type(issuer.environ, Mapping[str, str])
assert_type(issuer.headers(), dict[str, str])
assert_type(issuer.keys, KeySource)

verifier = Verifier(contract, SharedSecrets.parse("", "NAME", {}))
assert_type(verifier.verify("token"), Principal)
assert_type(verifier.verify(b"token", now=1.5), Principal)
assert_type(verifier.verify_logout("token"), Logout)

app = FastAPI()
assert_type(install(app, contract), None)
assert_type(install(app, contract, environ={"NAME": "value"}, keys=issuer.keys), None)


class Task:
    owner_id: str
    title: str


def owner_of(task: Task) -> str:
    return task.owner_id


def found() -> Task | None:
    return None


@app.get("/me")
async def me(principal: CurrentPrincipal) -> None:
    assert_type(principal, Principal)
    assert_type(principal.subject, str)
    assert_type(principal.roles, frozenset[str])
    assert_type(principal.permissions, frozenset[str])
    assert_type(principal.expires_at, float)
    assert_type(principal.actor, str | None)
    assert_type(principal.tenant, str | None)
    assert_type(require_tenancy(principal), str)
    assert_type(principal.claims, Mapping[str, object])


@app.get("/task")
async def read(owner: Owner) -> None:
    assert_type(owner, Principal)
    assert_type(require_owner(owner, found(), owner_of), Task)
    assert_type(require_owner(owner, found(), lambda task: task.owner_id), Task)
    assert_type(require_tenant(owner, found(), lambda task: task.owner_id), Task)


@app.get("/admin", dependencies=[RequirePermission("tasks:read")])
async def admin(principal: Annotated[Principal, RequireRole("admin")]) -> None:
    assert_type(principal, Principal)
    assert_type(require_role(principal, "admin"), None)


principal = verifier.verify("token")
principal.subject = "victim"  # pyright: ignore[reportAttributeAccessIssue]
principal.claims["sub"] = "victim"  # pyright: ignore[reportIndexIssue]
verifier.verify(1)  # pyright: ignore[reportArgumentType]

forged = forgeries(issuer)
assert_type(forged["expired long ago"], str)
with issuer.serving() as environ:
    assert_type(environ, Mapping[str, str])
assert_type(DevelopmentRelay(contract).router, APIRouter)


@app.get("/ready")
async def ready(_: Ready) -> None: ...
