"""What stays open after its request ends when the token or the session does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from authpact import Contract, Principal
from authpact.errors import KeysUnavailable
from authpact.fastapi import CurrentPrincipal, OpenConnection, install
from authpact.testing import LocalIssuer
from authpact.verify import Logout, MemoryRevocations

pytestmark = pytest.mark.timeout(30)
CONTRACT = Contract.model_validate(
    {
        "token": {"leeway": 0},
        "revocation": {"mode": "backchannel"},
        "endpoints": [{"method": "GET", "path": "/events", "access": "authenticated"}],
    }
)


def application(left: list[str]) -> FastAPI:
    app = FastAPI()

    @app.websocket("/live")
    async def live(socket: WebSocket, _: CurrentPrincipal, connection: OpenConnection) -> None:
        await socket.accept()
        async with connection.closing(socket):
            async for text in socket.iter_text():
                if text == "fail":
                    raise RuntimeError("a fault of the endpoint")
                await socket.send_text(text)
        left.append("socket")

    async def ticks() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"data: tick\n\n"
                await asyncio.sleep(0.05)
        finally:
            left.append("stream")

    @app.get("/events")
    async def events(_: CurrentPrincipal, connection: OpenConnection) -> StreamingResponse:
        return StreamingResponse(connection.stream(ticks()), media_type="text/event-stream")

    return app


@contextmanager
def serving(store: MemoryRevocations, left: list[str]) -> Iterator[tuple[TestClient, LocalIssuer]]:
    app, issuer = application(left), LocalIssuer(CONTRACT)
    install(app, CONTRACT, environ=issuer.environ, revocations=store)
    with TestClient(app) as client:
        yield client, issuer


def ending(issuer: LocalIssuer, seconds: int) -> dict[str, str]:
    now = int(time.time())
    return {"Authorization": f"Bearer {issuer.token('u1', iat=now - 60, exp=now + seconds)}"}


def test_a_socket_is_closed_when_its_session_ends() -> None:
    store, left = MemoryRevocations(920), list[str]()
    with serving(store, left) as (client, issuer):
        with client.websocket_connect("/live", headers=issuer.headers("u1")) as live:
            live.send_text("a")
            assert live.receive_text() == "a"
            begun = time.monotonic()
            store.revoke(Logout("session-of-u1", None, time.time()), time.time())
            with pytest.raises(WebSocketDisconnect) as closed:
                live.receive_text()
        assert (closed.value.code, closed.value.reason) == (1008, "token_revoked")
        assert time.monotonic() - begun < 3
    assert left == ["socket"]


def test_a_socket_is_closed_when_its_token_runs_out() -> None:
    with serving(MemoryRevocations(920), []) as (client, issuer):
        with (
            client.websocket_connect("/live", headers=ending(issuer, 2)) as live,
            pytest.raises(WebSocketDisconnect) as closed,
        ):
            live.receive_text()
        assert (closed.value.code, closed.value.reason) == (1008, "token_expired")


def test_a_socket_of_another_session_stays_open() -> None:
    store = MemoryRevocations(920)
    with serving(store, []) as (client, issuer):
        store.revoke(Logout("session-of-u2", None, time.time()), time.time())
        with client.websocket_connect("/live", headers=issuer.headers("u1")) as live:
            time.sleep(1.5)
            live.send_text("still here")
            assert live.receive_text() == "still here"


class Away(MemoryRevocations):
    away = False

    def is_revoked(self, principal: Principal, now: float) -> bool:
        if self.away:
            raise KeysUnavailable("the store does not answer")
        return super().is_revoked(principal, now)


def test_a_socket_is_closed_for_later_where_nobody_can_tell() -> None:
    store = Away(920)
    with serving(store, []) as (client, issuer):
        with client.websocket_connect("/live", headers=issuer.headers("u1")) as live:
            store.away = True
            with pytest.raises(WebSocketDisconnect) as closed:
                live.receive_text()
        assert (closed.value.code, closed.value.reason) == (1013, "keys_unavailable")


def test_a_fault_of_the_endpoint_is_not_hidden() -> None:
    def provoke(client: TestClient, issuer: LocalIssuer) -> None:
        with client.websocket_connect("/live", headers=issuer.headers("u1")) as live:
            live.send_text("fail")
            live.receive_text()

    with (
        serving(MemoryRevocations(920), []) as (client, issuer),
        pytest.raises(RuntimeError, match="a fault of the endpoint"),
    ):
        provoke(client, issuer)


def test_a_stream_ends_with_its_session_over_http(
    serve: Callable[[object], AbstractContextManager[str]],
) -> None:
    store, left = MemoryRevocations(920), list[str]()
    app, issuer = application(left), LocalIssuer(CONTRACT)
    install(app, CONTRACT, environ=issuer.environ, revocations=store)
    with serve(app) as url, httpx.Client(timeout=10) as client:
        with client.stream("GET", f"{url}/events", headers=issuer.headers("u1")) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "data: tick"
            store.revoke(Logout("session-of-u1", None, time.time()), time.time())
            begun = time.monotonic()
            assert set(lines) == {"data: tick", ""}
            assert time.monotonic() - begun < 3
        assert client.get(f"{url}/events", headers=issuer.headers("u1")).status_code == 401
    assert left == ["stream"]


def test_a_store_that_was_handed_over_is_the_one_that_is_asked_even_when_empty() -> None:
    store = MemoryRevocations(920)
    with serving(store, []) as (client, issuer):
        store.revoke(Logout(None, "u1", time.time()), time.time())
        answer = client.get("/events", headers=issuer.headers("u1"))
        assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")


def test_a_stream_that_is_over_ends_by_itself() -> None:
    app, issuer = FastAPI(), LocalIssuer(CONTRACT)

    async def two() -> AsyncIterator[str]:
        yield "a"
        yield "b"

    @app.get("/events")
    async def events(_: CurrentPrincipal, connection: OpenConnection) -> StreamingResponse:
        return StreamingResponse(connection.stream(two()))

    install(app, CONTRACT, environ=issuer.environ)
    with TestClient(app) as client:
        assert client.get("/events", headers=issuer.headers("u1")).text == "ab"
