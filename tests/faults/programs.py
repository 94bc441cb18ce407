"""The programs of a scenario: key server, API, each killed for real and always stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from authpact import Contract
from authpact.testing import LocalIssuer

LOCAL = "127.0.0.1"
HERE = Path(__file__).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


class Program:
    """A process in a group of its own."""

    def __init__(
        self, command: list[str], environ: Mapping[str, str], log: Path, ready: str
    ) -> None:
        self._command, self._environ = command, {**os.environ, **environ}
        self._log, self._ready = log, ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environ, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                httpx.get(self._ready, timeout=1)
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"did not start: {self._log.read_text(errors='replace')[-800:]}")

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


class Issuer:
    """Signs tokens here, publishes keys in a process that can be killed."""

    def __init__(self, contract: Contract, folder: Path) -> None:
        self.contract, self._folder = contract, folder
        self.signer = LocalIssuer(contract)
        self._port = free_port()
        self.url = f"http://{LOCAL}:{self._port}/jwks"
        self.behave("well")
        self.publish(self.signer)
        command = [sys.executable, str(HERE / "key_server.py"), str(self._port), str(folder)]
        self.program = Program(command, {}, folder / "issuer.log", f"http://{LOCAL}:{self._port}/")

    def behave(self, mode: str) -> None:
        self._replace("mode", mode)

    def publish(self, *signers: LocalIssuer) -> None:
        keys = [key for signer in signers for key in signer.key_set["keys"]]  # type: ignore[attr-defined]  # a list
        self._replace("keys.json", json.dumps({"keys": keys}))

    def rotate(self, key_id: str) -> None:
        """Publish a new key beside the last one and sign with it from now on."""
        last, new = self.signer, LocalIssuer(self.contract, key_id=key_id)
        self.publish(last, new)
        self.signer = new

    @property
    def fetches(self) -> int:
        log = self._folder / "fetches"
        return len(log.read_text()) if log.exists() else 0

    def _replace(self, name: str, text: str) -> None:
        fresh = self._folder / f"{name}.new"
        fresh.write_text(text)
        fresh.replace(self._folder / name)


class Api:
    """The API under uvicorn."""

    def __init__(
        self, contract: Contract, environ: Mapping[str, str], folder: Path, workers: int = 1
    ) -> None:
        port = free_port()
        self.url = f"http://{LOCAL}:{port}"
        self.port = port
        self.http = httpx.Client(
            timeout=5, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        """Every request of it comes over a connection of its own, so to any worker."""
        command = [
            *(sys.executable, "-m", "uvicorn", "faults.api:app", "--app-dir", str(HERE.parent)),
            *("--host", LOCAL, "--port", str(port), "--workers", str(workers)),
            *("--no-access-log", "--log-level", "critical"),
        ]
        document = contract.model_dump_json()
        self.program = Program(
            command, {**environ, "FAULTS_CONTRACT": document}, folder / "api.log", f"{self.url}/pid"
        )

    def workers(self) -> set[int]:
        """Return the process ids that answer."""
        return {int(self.http.get(f"{self.url}/pid").text) for _ in range(40)}
