"""A key set for probing: the issuer's real keys and one more, whose private half the probes hold.

In jwks mode only the issuer can sign, so nobody could test a wrong audience under a good
signature. The API under test is pointed at this relay instead of the issuer.
"""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from authpact.stack._process import LOCAL


def _server(upstream: str, extra: Mapping[str, object]) -> ThreadingHTTPServer:
    class Relay(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the issuer's keys and the extra one; 502 when the issuer is away."""
            try:
                keys = httpx.get(upstream, timeout=3.0).json()["keys"]
            except (httpx.HTTPError, ValueError, KeyError):
                self.send_error(502)
                return
            body = json.dumps({"keys": [*keys, dict(extra)]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Stay silent: the run has its own progress lines."""

    return ThreadingHTTPServer((LOCAL, 0), Relay)


@contextlib.contextmanager
def relaying(upstream: str, extra: Mapping[str, object]) -> Iterator[str]:
    """Serve the upstream key set plus the extra public key; yield the address of the relay."""
    server = _server(upstream, extra)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{LOCAL}:{server.server_port}/jwks"
    finally:
        server.shutdown()
        server.server_close()
