import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from lab.redis_server import BINARY, RedisServer


@pytest.fixture
def redis_server(tmp_path: Path, unavailable: Callable[[str], NoReturn]) -> Iterator[RedisServer]:
    if BINARY is None:
        unavailable("there is no redis-server")
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()
