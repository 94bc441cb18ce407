"""The same over real HTTP: one worker, sixteen connections, tokens that were seen before.

All applications of a server run at the same time and take turns under load, so that a disturbance
of the machine meets all of them; the best round of each counts.
"""

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import apps
import peers
from timing import table

CONNECTIONS: Final = 16
SECONDS: Final = 2
ROUNDS: Final = 6
HERE: Final = Path(__file__).parent
SERVERS: Final = {
    "uvicorn": ["-m", "uvicorn", "served:app", "--log-level", "critical", "--port"],
    "granian": ["-m", "granian", "--interface", "asgi", "--no-log", "served:app", "--port"],
}
_SCRIPT: Final = """\
local tokens, next_one = {%s}, 0
request = function()
  next_one = next_one %% #tokens + 1
  return wrk.format("GET", "%s", {["Authorization"] = "Bearer " .. tokens[next_one]})
end
done = function(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read
  io.write(string.format("%%d %%d %%d %%d %%d\\n", summary.requests, summary.duration, bad,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of load: requests a second, and milliseconds."""

    rate: float
    p50: float
    p99: float


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(server: str, name: str) -> Iterator[tuple[int, Path]]:
    """Serve an application; yield its port and the script that loads it."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder) / "tokens.json"
        environ = {**os.environ, "BENCH_APP": f"EdDSA:{name}", "BENCH_TOKENS": str(tokens)}
        command = [sys.executable, "-W", "ignore", *SERVERS[server], str(port)]
        process = subprocess.Popen(command, cwd=HERE, env=environ, stderr=subprocess.DEVNULL)
        try:
            _wait(port)
            script = Path(folder) / "load.lua"
            listed = ", ".join(f'"{token}"' for token in json.loads(tokens.read_text("utf-8")))
            script.write_text(_SCRIPT % (listed, apps.PATH), encoding="utf-8")
            yield port, script
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


def _load(port: int, script: Path) -> Round:
    """Load one server with wrk. Raises RuntimeError where a request was refused."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script)]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True
    )
    found = re.search(r"^(\d+) (\d+) (\d+) (\d+) (\d+)$", done.stdout, re.MULTILINE)
    if found is None or int(found[3]):
        raise RuntimeError(f"requests were refused: {done.stdout}")
    requests, microseconds, _, p50, p99 = map(int, found.groups())
    return Round(requests / microseconds * 1e6, p50 / 1e3, p99 / 1e3)


def _rounds(server: str) -> dict[str, list[Round]]:
    names = ("unguarded", *apps.guarded("EdDSA"))
    with ExitStack() as stack:
        running = {name: stack.enter_context(_running(server, name)) for name in names}
        for port, script in running.values():
            _load(port, script)
        taken: dict[str, list[Round]] = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name, (port, script) in running.items():
                taken[name].append(_load(port, script))
    return taken


def measure() -> dict[str, dict[str, list[Round]]]:
    """Return the rounds of every application under every server; empty without wrk."""
    if shutil.which("wrk") is None:
        return {}
    return {server: _rounds(server) for server in SERVERS if peers.installed(server)}


def throughput(rounds: dict[str, list[Round]], name: str) -> float:
    """Return the best rate of an application ÷ the best rate of the unguarded route."""
    return max(r.rate for r in rounds[name]) / max(r.rate for r in rounds["unguarded"])


def section(measured: dict[str, dict[str, list[Round]]]) -> str:
    """Write the table."""
    return table(
        ("EdDSA, over HTTP (wrk)", "requests a second", "÷ unguarded", "p50 ms", "p99 ms"),
        [
            (
                f"{server}: {name}",
                f"{max(r.rate for r in taken):.0f}",
                f"{throughput(rounds, name):.2f}",
                f"{statistics.median(r.p50 for r in taken):.1f}",
                f"{statistics.median(r.p99 for r in taken):.1f}",
            )
            for server, rounds in measured.items()
            for name, taken in rounds.items()
        ],
    )
