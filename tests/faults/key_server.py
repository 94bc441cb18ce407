"""A program: serves a key set from a file, in the way another file says, and counts.

Run with: port, folder. The folder holds `keys.json`, `mode` and, written here, `fetches`.
"""

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(sys.argv[2])
HANG_SECONDS = 30


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with (FOLDER / "fetches").open("a") as log:
            log.write(".")
        mode = (FOLDER / "mode").read_text()
        if mode == "hang":
            time.sleep(HANG_SECONDS)
            return
        if mode == "error":
            self.send_error(500)
            return
        body = (FOLDER / "keys.json").read_bytes()
        if mode == "garbage":
            body = b"<html>502 Bad Gateway</html>"
        elif mode == "huge":
            body += b" " * 50_000_000
        self.send_response(200)
        self.end_headers()
        try:
            if mode == "drip":
                for byte in body[:-1]:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.2)
            self.wfile.write(body if mode != "drip" else b"}")
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
