import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated

import pytest
import uvicorn
from fastapi import APIRouter, FastAPI

from authpact import Contract, Principal
from authpact.fastapi import (
    CurrentPrincipal,
    Owner,
    RequirePermission,
    RequireRole,
    require_owner,
)
from authpact.testing import LocalIssuer


class _Quiet(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def key_set_server(issuer: LocalIssuer) -> Iterator[str]:
    """Serve the issuer's key set on this machine, as Better Auth would."""
    handler = type("Handler", (_Quiet,), {"body": json.dumps(issuer.key_set).encode()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/auth/jwks"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def serve_key_set() -> Callable[[LocalIssuer], AbstractContextManager[str]]:
    return key_set_server


@contextmanager
def running(app: object) -> Iterator[str]:
    """Serve an application over real HTTP."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))  # type: ignore[arg-type]  # any ASGI application

    def run() -> None:
        with suppress(SystemExit):  # how uvicorn says that the application did not start
            server.run([listener])

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()


@pytest.fixture(scope="session")
def serve() -> Callable[[object], AbstractContextManager[str]]:
    return running


CONTRACT = Contract.model_validate(
    {
        "roles": {"admin": {"permissions": ["tasks:read"]}, "clerk": {}},
        "endpoints": [
            {"method": "GET", "path": "/health", "access": "public"},
            {"method": "GET", "path": "/me", "access": "authenticated"},
            {
                "method": "GET",
                "path": "/api/{user_id}/tasks",
                "access": "owner",
                "owner_from": "path:user_id",
            },
            {
                "method": "POST",
                "path": "/api/{user_id}/tasks",
                "access": "owner",
                "owner_from": "path:user_id",
            },
            {
                "method": "GET",
                "path": "/tasks/{id}",
                "access": "owner",
                "owner_from": "resource",
            },
            {"method": "GET", "path": "/admin", "access": "role:admin"},
            {"method": "GET", "path": "/reports", "access": "permission:tasks:read"},
        ],
    }
)


@pytest.fixture
def contract() -> Contract:
    return CONTRACT


@pytest.fixture
def build() -> Callable[[], FastAPI]:
    return build_application


def build_application() -> FastAPI:
    """One route for every access level, some of them in an included router."""
    app, router = FastAPI(), APIRouter(prefix="/api")

    @app.get("/health")
    async def health() -> str:
        return "ok"

    @app.get("/me")
    async def me(principal: CurrentPrincipal) -> str:
        return principal.subject

    @router.get("/{user_id}/tasks")
    async def tasks(user_id: str, owner: Owner) -> list[str]:
        return [user_id, owner.subject]

    @router.post("/{user_id}/tasks")
    async def create(user_id: str, owner: Owner, body: dict[str, int]) -> object:
        return [user_id, owner.subject, body]

    @app.get("/tasks/{id}")
    def task(id: str, owner: Owner) -> str:  # noqa: A002  # the name in the contract
        rows = {"1": "u1", "2": "u2"}
        return require_owner(owner, rows.get(id), str)

    @app.get("/admin")
    async def admin(principal: Annotated[Principal, RequireRole("admin")]) -> str:
        return principal.subject

    @app.get("/reports", dependencies=[RequirePermission("tasks:read")])
    async def reports() -> str:
        return "figures"

    app.include_router(router)
    return app
