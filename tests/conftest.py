"""What all tests share: the real Node, and the rule that nothing is skipped in silence."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from authpact.errors import ProbeError
from authpact.stack._node import find_node

ROOT = Path(__file__).parent.parent


def give_up(reason: str) -> NoReturn:
    """Skip by name on a laptop; fail where everything is required."""
    if os.environ.get("AUTHPACT_REQUIRE_ALL"):
        pytest.fail(f"required here, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def unavailable() -> Callable[[str], NoReturn]:
    """What a test calls when something it needs is not here."""
    return give_up


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node 24."""
    try:
        return str(find_node().binary)
    except ProbeError as error:
        give_up(str(error))


@pytest.fixture(scope="session")
def workspace(node: str) -> Path:
    """The folder `ts/` with its packages installed."""
    folder = ROOT / "ts"
    if not (folder / "node_modules" / "better-auth").is_dir():
        give_up("the npm packages of ts/ are not installed; make test installs them")
    return folder
