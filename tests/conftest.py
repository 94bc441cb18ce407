"""What all tests share: the real Node, and the rule that nothing is skipped in silence."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from authpact.contract import criteria, default_contract, digest
from authpact.errors import ProbeError
from authpact.findings import Control, Exchange, Outcome, Run, RunStats, Verdict
from authpact.stack._node import find_node

sys.path.insert(0, str(Path(__file__).parent))  # the lab is a package of its own

from lab.redis_server import BINARY, RedisServer

ROOT = Path(__file__).parent.parent
HOSTILE = "<script>alert(1)</script> | `code` [link](x)"


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


@pytest.fixture
def judged() -> Run:
    """A run with every outcome, and with text from a server that wants to be markup."""
    contract = default_contract()
    chosen = tuple(criteria(contract))
    verdicts = []
    for criterion in chosen:
        outcome = {
            "AC-AUDIENCE": Outcome.BROKEN,
            "AC-SIGN-UP": Outcome.INCONCLUSIVE,
        }.get(criterion.id, Outcome.HELD)
        shown = Exchange("GET /api/me   [another audience]", f"200\n{HOSTILE}")
        verdicts.append(
            Verdict(
                criterion.probe,
                criterion.requirement,
                criterion.id,
                "GET /api/me",
                outcome,
                f"the reason of {criterion.id}",
                (shown,),
                'curl -i http://localhost:8000/api/me -H "Authorization: Bearer $TOKEN"',
            )
        )
    control = Control("GET /api/me", 200, 401)
    stats = RunStats(
        1.25, 321, len(chosen), "GET /api/me", ("missing_token",), (("authpact", "1"),)
    )
    return Run("http://localhost:8000", digest(contract), chosen, control, tuple(verdicts), stats)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of this test alone."""
    if BINARY is None:
        give_up("there is no redis-server")
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()
