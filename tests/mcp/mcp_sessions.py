"""Sessions of the SDK's own client with the real server, over its two transports."""

import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters

Transport = Literal["stdio", "http"]
Result = TypeVar("Result")
Session = Callable[[Client], Awaitable[Result]]
AUTHPACT = str(Path(sys.executable).parent / "authpact")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def http_server(folder: Path, *options: str) -> Iterator[str]:
    """Start `authpact mcp --http` in a folder and yield its origin when it answers."""
    port = free_port()
    with (folder.parent / f"mcp-{port}.log").open("w") as log:
        process = subprocess.Popen(
            [AUTHPACT, "mcp", "--http", "--port", str(port), *options],
            cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            origin = f"http://127.0.0.1:{port}"
            _wait(origin, process)
            yield origin
        finally:
            process.terminate()
            process.wait(10)


def _wait(origin: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode}")
        try:
            httpx.get(f"{origin}/", timeout=1, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not answer in 30 seconds")


def talk(folder: Path, transport: Transport, session: Session[Result], *options: str) -> Result:
    """Run one client session of the SDK against a server process started in this folder."""
    if transport == "stdio":
        server = StdioServerParameters(command=AUTHPACT, args=["mcp", *options], cwd=folder)
        return _run(server, session)
    with http_server(folder, *options) as origin:
        return _run(f"{origin}/mcp", session)


def _run(server: StdioServerParameters | str, session: Session[Result]) -> Result:
    async def connected() -> Result:
        with anyio.fail_after(60):
            async with Client(server) as client:
                return await session(client)

    return anyio.run(connected)
