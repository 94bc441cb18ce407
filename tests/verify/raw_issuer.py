"""A raw server that stands in for an issuer, and the tokens it would sign."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from authpact.testing import LocalIssuer

NOW = 1_800_000_000.0
HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"
Answer = Callable[[socket.socket], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Serve raw bytes: one call of `answer` for each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            answer(connection)

    def run() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/jwks"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def body_of(*entries: object) -> bytes:
    return json.dumps({"keys": entries}).encode()


def entry_of(issuer: LocalIssuer) -> dict[str, object]:
    (entry,) = issuer.key_set["keys"]  # type: ignore[attr-defined]  # a list of one
    return dict(entry)


def whole(body: bytes, head: bytes = b"") -> Answer:
    return lambda connection: connection.sendall(HEAD + head + b"\r\n" + body)
