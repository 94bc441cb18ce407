"""No fault lets a forgery in, and none loses a valid request outside of the stated window.

Requirements: error:fail-closed, keyset:bounded-refresh, keyset:unavailable, key:rotation,
session:token-after-sign-out.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from faults.scenarios import NEEDS_REDIS, SCENARIOS
from lab.redis_server import BINARY

SECONDS = 6.0
MANY = 100


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fault_opens_nothing_and_loses_nothing(
    name: str, tmp_path: Path, unavailable: Callable[[str], NoReturn]
) -> None:
    if name in NEEDS_REDIS and BINARY is None:
        unavailable("there is no redis-server")
    row = SCENARIOS[name](tmp_path, SECONDS)
    assert sum(row.seen.valid.values()) > MANY
    assert sum(row.seen.forged.values()) > MANY / 4
    assert row.seen.accepted_forgeries == 0
    assert row.unexcused == 0
    assert "500" not in row.seen.valid
    assert "500" not in row.seen.forged
