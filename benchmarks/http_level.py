"""The same over real HTTP: one worker, sixteen connections, tokens that were seen before."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import apps
import peers
from timing import percentile, table

CONNECTIONS: Final = 16
SECONDS: Final = 4.0
HERE: Final = Path(__file__).parent
SERVERS: Final = {
    "uvicorn": ["-m", "uvicorn", "served:app", "--log-level", "critical", "--port"],
    "granian": ["-m", "granian", "--interface", "asgi", "--no-log", "served:app", "--port"],
}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(server: str, name: str) -> Iterator[tuple[int, list[str]]]:
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder) / "tokens.json"
        environ = {**os.environ, "BENCH_APP": f"EdDSA:{name}", "BENCH_TOKENS": str(tokens)}
        command = [sys.executable, "-W", "ignore", *SERVERS[server], str(port)]
        process = subprocess.Popen(command, cwd=HERE, env=environ)
        try:
            _wait(port)
            yield port, json.loads(tokens.read_text(encoding="utf-8"))
        finally:
            process.terminate()
            process.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


async def _connection(port: int, token: str, until: float, taken: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = (
        f"GET {apps.PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    while (start := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.splitlines()[0]:
            raise RuntimeError("the request was refused")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        taken.append((time.perf_counter() - start) * 1e3)
    writer.close()


async def _load(port: int, tokens: list[str]) -> list[float]:
    await asyncio.gather(
        *(_connection(port, token, time.perf_counter() + 1, []) for token in tokens)
    )
    taken: list[float] = []
    until = time.perf_counter() + SECONDS
    await asyncio.gather(*(_connection(port, token, until, taken) for token in tokens))
    return taken


def section() -> str:
    """Serve every application with every server that is installed and write the table."""
    lines = []
    for server in SERVERS:
        if not peers.installed(server):
            continue
        rates: dict[str, float] = {}
        for name in ("unguarded", *apps.guarded("EdDSA")):
            with _running(server, name) as (port, tokens):
                taken = asyncio.run(_load(port, tokens[:CONNECTIONS]))
            rates[name] = len(taken) / SECONDS
            lines.append(
                (
                    f"{server}: {name}",
                    f"{rates[name]:.0f}",
                    f"{rates[name] / rates['unguarded']:.2f}",
                    f"{percentile(taken, 0.5):.1f}",
                    f"{percentile(taken, 0.99):.1f}",
                )
            )
    return table(
        ("EdDSA, over HTTP", "requests a second", "÷ unguarded", "p50 ms", "p99 ms"), lines
    )
