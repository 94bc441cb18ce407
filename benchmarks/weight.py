"""What authpact weighs: milliseconds of import, bytes for each token that is remembered."""

import os
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import peers

from authpact import Verifier
from authpact.testing import LocalIssuer

DISTINCT: Final = 1_000_000
BATCH: Final = 10_000
ENVIRON: Final = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "authpact-bench")
}
"""A start finds the byte code of the start before it, as an installed package does."""

_IMPORT: Final = (
    "import time, fastapi; start = time.process_time(); import {module}; "
    "print((time.process_time() - start) * 1e3)"
)


def import_milliseconds(module: str) -> float:
    """Return the processor time of importing a module after FastAPI, the best of nine starts."""
    script = _IMPORT.format(module=module)
    return min(
        float(
            subprocess.run(
                [sys.executable, "-c", script], capture_output=True, check=True, env=ENVIRON
            ).stdout
        )
        for _ in range(9)
    )


def command_milliseconds() -> float:
    """Return the processor time of `authpact --help`, interpreter included: the median of five."""
    script = (
        "import sys, time; sys.argv = ['authpact', '--help']; import contextlib, io\n"
        "from authpact.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main()\n"
        "print(time.process_time() * 1e3)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, check=True, env=ENVIRON
        ).stdout
        for _ in range(5)
    ]
    return statistics.median(float(run) for run in runs)


def _batches(issuer: LocalIssuer, count: int) -> Iterator[list[str]]:
    for _ in range(count // BATCH):
        yield [issuer.token(uuid.uuid4().hex) for _ in range(BATCH)]


def remembered() -> tuple[int, float]:
    """Verify a million distinct tokens; return how many are remembered, and the bytes of each."""
    issuer = peers.issuer_of("HS256")
    verifier = Verifier(issuer.contract, issuer.keys)
    for batch in _batches(issuer, DISTINCT):
        for token in batch:
            verifier.verify(token)
    count = verifier.remembered
    fresh = Verifier(issuer.contract, issuer.keys)
    few = [issuer.token(uuid.uuid4().hex) for _ in range(2_000)]
    fresh.verify(few[0])
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for token in few:
        fresh.verify(token)
    size = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return count, size / (len(few) - 1)
