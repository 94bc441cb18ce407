import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from authpact import Contract
from authpact.errors import ConfigurationError
from authpact.fastapi import CurrentPrincipal, install
from authpact.testing import LocalIssuer


def socket_application() -> FastAPI:
    app = FastAPI()

    @app.websocket("/live")
    async def live(websocket: WebSocket, principal: CurrentPrincipal) -> None:
        await websocket.accept()
        await websocket.send_text(principal.subject)

    return app


def test_a_socket_is_closed_before_it_is_accepted() -> None:
    app, issuer = socket_application(), LocalIssuer(Contract())
    install(app, issuer.contract, environ=issuer.environ)
    with TestClient(app) as client:
        with client.websocket_connect("/live", headers=issuer.headers("u1")) as live:
            assert live.receive_text() == "u1"
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            client.websocket_connect(f"/live?token={issuer.token()}"),
        ):
            pass
    assert (refused.value.code, refused.value.reason) == (1008, "token_missing")


def test_a_socket_that_admits_anybody_is_named() -> None:
    app = FastAPI()

    @app.websocket("/live")
    async def live(websocket: WebSocket) -> None:
        await websocket.accept()

    issuer = LocalIssuer(Contract())
    install(app, issuer.contract, environ=issuer.environ)
    with pytest.raises(ConfigurationError, match="WEBSOCKET /live admits anybody"), TestClient(app):
        pass
