"""A real Redis or Valkey server on this machine, to be stopped, killed and started again."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

BINARY = shutil.which("redis-server") or shutil.which("valkey-server")
LOCAL = "127.0.0.1"


class RedisServer:
    """A server without persistence, unless a folder to keep its data is given."""

    def __init__(self, folder: Path, *, persistent: bool = False) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind((LOCAL, 0))
            self.port = int(free.getsockname()[1])
        self.persistent = persistent
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://{LOCAL}:{self.port}/0"

    def start(self) -> None:
        assert BINARY is not None
        keep = ("--appendonly", "yes", "--appendfsync", "always") if self.persistent else ()
        where = ("--port", str(self.port), "--bind", LOCAL, "--dir", str(self.folder))
        self._process = subprocess.Popen(
            [BINARY, *where, "--save", "", *keep], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                with socket.create_connection((LOCAL, self.port), 1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)
