"""Loopback servers for a run in this process: the application itself and a key set."""

import json
import logging
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, TypeAlias

from authpact.errors import ProbeError
from authpact.probe._messages import Claims

Asgi: TypeAlias = Callable[..., Awaitable[None]]
_START_LIMIT: Final = 30.0
_POLL: Final = 0.01


@contextmanager
def serve_application(app: Asgi) -> Iterator[str]:
    """Run an ASGI application with its lifespan on a free loopback port; yield its address.

    Raises ProbeError when it does not start.
    """
    try:
        import uvicorn  # noqa: PLC0415  # only a target inside this process needs a server
    except ImportError as error:
        raise ProbeError("A target `module:app` needs uvicorn: pip install uvicorn.") from error
    config = uvicorn.Config(app, log_config=None, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    # Inherited by every connection: else each answer waits 40 ms for a delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    thread = threading.Thread(target=_serve, args=(server.run, listener), daemon=True)
    with _listening() as complaints:
        thread.start()
        try:
            _await_start(server, thread, complaints)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_START_LIMIT)
            listener.close()


def _serve(start: Callable[[list[socket.socket]], None], listener: socket.socket) -> None:
    # The server ends its process when the application does not start; here it ends a thread.
    with suppress(SystemExit):
        start([listener])


def _await_start(server: object, thread: threading.Thread, complaints: Sequence[str]) -> None:
    deadline = time.monotonic() + _START_LIMIT
    while not getattr(server, "started", False):
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ProbeError(f"The application did not start. {_gist(complaints)}")
        time.sleep(_POLL)


class _Notes(logging.Handler):
    """Keeps what the server complains about instead of printing it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@contextmanager
def _listening() -> Iterator[Sequence[str]]:
    logger, notes = logging.getLogger("uvicorn.error"), _Notes()
    before = logger.propagate
    # Where the application configured no logging, Python would print each of a thousand refusals.
    silence = logging.NullHandler()
    logging.getLogger().addHandler(silence)
    logger.addHandler(notes)
    logger.propagate = False
    try:
        yield notes.texts
    finally:
        logging.getLogger().removeHandler(silence)
        logger.removeHandler(notes)
        logger.propagate = before


def _gist(complaints: Sequence[str]) -> str:
    """Return the error that stopped it: without the stack, and without the server's last words."""
    lines = (complaints[0] if complaints else "").rstrip().splitlines()
    last_frame = max((i for i, line in enumerate(lines) if line.startswith("  ")), default=-1)
    return "\n".join(lines[last_frame + 1 :]) or "It gave no reason."


@contextmanager
def serve_key_set(keys: Sequence[Claims], path: str) -> Iterator[str]:
    """Serve public keys as a JWK Set (RFC 7517 section 5) on loopback; yield the full address."""
    body = json.dumps({"keys": list(keys)}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the base class's
            found = self.path == path
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body) if found else 0))
            self.end_headers()
            if found:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
            """Stay silent: the run has its own report."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{path}"
    finally:
        server.shutdown()
        server.server_close()
