"""The real tools whose formats are compiled, run in an empty home and without the network."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from authpact.errors import ProbeError
from authpact.stack._node import find_node

HERE = Path(__file__).parent
Run = Callable[..., subprocess.CompletedProcess[str]]


def unavailable(reason: str) -> None:
    """Skip by name on a laptop; fail where everything is required."""
    if os.environ.get("AUTHPACT_REQUIRE_ALL"):
        pytest.fail(f"required here, but {reason}")
    pytest.skip(reason)


def runner(command: list[str], folder: Path) -> Run:
    home = folder / ".home"
    home.mkdir(exist_ok=True)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "OPENSPEC_TELEMETRY": "0",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def openspec(tmp_path: Path) -> Run:
    """OpenSpec from npm, in this folder."""
    program = HERE / "node_modules/@fission-ai/openspec/bin/openspec.js"
    if not program.is_file():
        unavailable("OpenSpec is not installed; make test-tools installs it")
    try:
        node = find_node()
    except ProbeError as error:
        unavailable(str(error))
    return runner([str(node.binary), str(program)], tmp_path)


def installed(name: str, folder: Path) -> Run:
    program = Path(sys.executable).parent / name
    if not program.is_file():
        unavailable(f"{name} is not installed; make test-tools installs it")
    return runner([str(program)], folder)


@pytest.fixture
def specify(tmp_path: Path) -> Run:
    """Spec Kit from PyPI, in this folder."""
    return installed("specify", tmp_path)


@pytest.fixture
def agentskills(tmp_path: Path) -> Run:
    """The reference validator of Agent Skills from PyPI, in this folder."""
    return installed("agentskills", tmp_path)


@pytest.fixture
def multitool() -> Path:
    """The validator of the makers of SARIF from npm, with the schema beside it."""
    program = HERE / "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
    if not program.is_file():
        unavailable("the SARIF multitool is not installed; make test-tools installs it")
    program.chmod(0o755)  # npm runs no install scripts here
    return program
