"""Guards in every place where FastAPI applications put them."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from authpact import Contract, Principal
from authpact.fastapi import CurrentPrincipal, Owner, RequirePermission, RequireRole, install
from authpact.testing import LocalIssuer


def put_under_contract(app: FastAPI, *endpoints: tuple[str, str]) -> tuple[TestClient, LocalIssuer]:
    rows = [{"method": "GET", "path": path, "access": access} for path, access in endpoints]
    for row in rows:
        if "{user_id}" in row["path"]:
            row["owner_from"] = "path:user_id"
    contract = Contract.model_validate(
        {
            "token": {"roles_claim": "groups"},
            "roles": {"admin": {"permissions": ["tasks:read"]}},
            "endpoints": rows,
        }
    )
    issuer = LocalIssuer(contract)
    install(app, contract, environ=issuer.environ)
    return TestClient(app), issuer


def test_a_stream_of_events_begins_for_a_principal_alone() -> None:
    app = FastAPI()

    @app.get("/events")
    async def events(principal: CurrentPrincipal) -> StreamingResponse:
        async def stream() -> AsyncIterator[str]:
            for number in range(2):
                yield f"data: {principal.subject} {number}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    client, issuer = put_under_contract(app, ("/events", "authenticated"))
    with client.stream("GET", "/events", headers=issuer.headers("ann")) as answer:
        assert "".join(answer.iter_text()) == "data: ann 0\n\ndata: ann 1\n\n"
    refused = client.get("/events")
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/json"


def test_a_socket_demands_roles_as_a_route_does() -> None:
    app = FastAPI()

    @app.websocket("/feed")
    async def feed(socket: WebSocket, admin: Annotated[Principal, RequireRole("admin")]) -> None:
        await socket.accept()
        await socket.send_text(admin.subject)
        await socket.close()

    client, issuer = put_under_contract(app)
    with client.websocket_connect("/feed", headers=issuer.headers("ann", ["admin"])) as socket:
        assert socket.receive_text() == "ann"
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/feed", headers=issuer.headers("bob")),
    ):
        pass
    assert (refused.value.code, refused.value.reason) == (1008, "role_missing")


def test_a_router_can_guard_all_of_its_routes() -> None:
    app = FastAPI()
    router = APIRouter(prefix="/admin", dependencies=[RequireRole("admin")])

    @router.get("/a")
    async def first() -> str:
        return "a"

    outer = APIRouter()
    outer.include_router(router)
    app.include_router(outer)
    client, issuer = put_under_contract(app, ("/admin/a", "role:admin"))
    assert client.get("/admin/a", headers=issuer.headers("ann", ["admin"])).json() == "a"
    assert client.get("/admin/a", headers=issuer.headers("bob")).status_code == 403
    assert client.get("/admin/a").status_code == 401


def test_an_application_within_an_application_keeps_owner_and_permission() -> None:
    app, inner, innermost = FastAPI(), FastAPI(), FastAPI()

    @inner.get("/{user_id}/tasks")
    async def tasks(user_id: str, owner: Owner) -> str:
        return owner.subject

    @innermost.get("/figures", dependencies=[RequirePermission("tasks:read")])
    async def figures() -> str:
        return "figures"

    inner.mount("/deep", innermost)
    app.mount("/v1", inner)
    client, issuer = put_under_contract(
        app, ("/v1/{user_id}/tasks", "owner"), ("/v1/deep/figures", "permission:tasks:read")
    )
    assert client.get("/v1/ann/tasks", headers=issuer.headers("ann")).json() == "ann"
    foreign = client.get("/v1/bob/tasks", headers=issuer.headers("ann"))
    assert (foreign.status_code, foreign.json()["code"]) == (403, "not_owner")
    admin = issuer.headers("ann", ["admin"])
    assert client.get("/v1/deep/figures", headers=admin).json() == "figures"
    missing = client.get("/v1/deep/figures", headers=issuer.headers("ann"))
    assert missing.json()["code"] == "permission_missing"


def test_a_dependency_on_the_principal_can_be_replaced_in_a_test() -> None:
    app = FastAPI()

    async def greeting(principal: CurrentPrincipal) -> str:
        return f"hello {principal.subject}"

    @app.get("/hello")
    async def hello(text: Annotated[str, Depends(greeting)]) -> str:
        return text

    client, issuer = put_under_contract(app, ("/hello", "authenticated"))
    assert client.get("/hello", headers=issuer.headers("ann")).json() == "hello ann"
    app.dependency_overrides[greeting] = lambda: "replaced"
    assert client.get("/hello").json() == "replaced"
    app.dependency_overrides.clear()
    assert client.get("/hello").status_code == 401


def test_a_background_task_may_keep_the_principal() -> None:
    app, seen = FastAPI(), list[str]()

    @app.get("/later")
    async def later(principal: CurrentPrincipal, tasks: BackgroundTasks) -> str:
        tasks.add_task(lambda: seen.append(f"{principal.subject} {principal.claims['sub']}"))
        return "soon"

    client, issuer = put_under_contract(app, ("/later", "authenticated"))
    assert client.get("/later", headers=issuer.headers("ann")).json() == "soon"
    assert client.get("/later").status_code == 401
    assert seen == ["ann ann"]


def test_an_impersonating_administrator_is_the_actor_and_gets_no_more_rights() -> None:
    app = FastAPI()

    @app.get("/who")
    async def who(principal: CurrentPrincipal) -> list[str | None]:
        return [principal.subject, principal.actor, *sorted(principal.roles)]

    @app.get("/admin")
    async def admin(principal: Annotated[Principal, RequireRole("admin")]) -> str:
        return principal.subject

    client, issuer = put_under_contract(app, ("/who", "authenticated"), ("/admin", "role:admin"))
    token = issuer.token("ann", act={"sub": "root"})
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/who", headers=headers).json() == ["ann", "root"]
    assert client.get("/admin", headers=headers).status_code == 403
    assert client.get("/who", headers=issuer.headers("ann")).json() == ["ann", None]


@pytest.mark.parametrize("roles", ["admin,user", "admin", {"admin": True}, [["admin"]], None])
def test_roles_that_better_auth_stores_joined_are_no_roles_in_a_token(roles: object) -> None:
    """The issuer splits the text; a token that still carries it was not issued by ours."""
    app = FastAPI()

    @app.get("/who")
    async def who(principal: CurrentPrincipal) -> str:
        return principal.subject

    client, issuer = put_under_contract(app, ("/who", "authenticated"))
    token = issuer.token("ann", groups=roles)
    refused = client.get("/who", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")
