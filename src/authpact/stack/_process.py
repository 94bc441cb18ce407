"""Programs of the stack: started in a group of their own, awaited, stopped with certainty."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from authpact.errors import ProbeError

_PATIENCE: Final = 60.0
_PAUSE: Final = 0.1
_GRACE: Final = 5.0
LOCAL: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: the command, where, with which environment, and how it answers when ready."""

    name: str
    command: Sequence[str]
    folder: Path
    environ: Mapping[str, str]
    ready_url: str
    log: Path


def free_port(wanted: int = 0) -> int:
    """Return the wanted port of the loopback address when it is free, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOCAL, port))
            taken: int = probe.getsockname()[1]
            return taken
    raise ProbeError("no free port on the loopback address")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0).status_code < httpx.codes.INTERNAL_SERVER_ERROR
    except httpx.HTTPError:
        return False


def _await(program: Program, process: subprocess.Popen[bytes], clock: Callable[[], float]) -> None:
    deadline = clock() + _PATIENCE
    while not _answers(program.ready_url):
        if process.poll() is not None or clock() > deadline:
            tail = "\n".join(program.log.read_text(errors="replace").splitlines()[-12:])
            why = "stopped" if process.poll() is not None else "does not answer"
            raise ProbeError(f"{program.name} {why}; its last lines:\n{tail}")
        time.sleep(_PAUSE)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
            return


@contextlib.contextmanager
def running(program: Program) -> Iterator[None]:
    """Run a program until the block ends.

    Raises ProbeError with the last lines of its log when it does not come up.
    """
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # a command of ours
            list(program.command), cwd=program.folder, env=dict(program.environ),
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            _await(program, process, time.monotonic)
            yield
        finally:
            _stop(process)
