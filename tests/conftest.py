"""What all tests share: the real Node, and the rule that nothing is skipped in silence."""

import os
from pathlib import Path

import pytest

from authpact.errors import ProbeError
from authpact.stack._node import find_node

ROOT = Path(__file__).parent.parent


def unavailable(reason: str) -> None:
    """Skip by name on a laptop; fail where everything is required."""
    if os.environ.get("AUTHPACT_REQUIRE_ALL"):
        pytest.fail(f"required here, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node 24, with the packages of `ts/` installed."""
    try:
        found = find_node()
    except ProbeError as error:
        unavailable(str(error))
    if not (ROOT / "ts" / "node_modules" / "better-auth").is_dir():
        unavailable("the npm packages of ts/ are not installed; make test installs them")
    return str(found.binary)
