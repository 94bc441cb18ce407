import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import uvicorn

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
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
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
