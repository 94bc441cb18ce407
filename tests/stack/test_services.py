"""Both sides on real services, PostgreSQL and Redis, started for the test and gone with it."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from authpact.cli._app import run
from authpact.stack._process import LOCAL, free_port
from lab.redis_server import RedisServer

ROOT = Path(__file__).parent.parent.parent
TODO = ROOT / "examples" / "todo"

pytestmark = [pytest.mark.node, pytest.mark.slow]


def binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def as_postgres(*command: object, cwd: Path) -> None:
    """Run as an ordinary user where the tests run as root: the server refuses root."""
    prefix = ["runuser", "-u", "postgres", "--"] if Path.home() == Path("/root") else []
    subprocess.run([*prefix, *map(str, command)], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def server(
    tmp_path_factory: pytest.TempPathFactory, unavailable: Callable[[str], NoReturn]
) -> Iterator[str]:
    programs = binaries()
    if programs is None:
        unavailable("PostgreSQL is not installed")
    folder = Path("/tmp") / tmp_path_factory.mktemp("pg").name
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    data, port = folder / "data", free_port()
    as_postgres(programs / "initdb", "-D", data, "-A", "trust", "-U", "app", cwd=folder)
    options = f"-p {port} -h {LOCAL} -k {folder}"
    log = folder / "server.log"
    as_postgres(
        programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start", cwd=folder
    )
    try:
        for name in ("auth", "api"):
            as_postgres(
                programs / "createdb", "-h", LOCAL, "-p", port, "-U", "app", name, cwd=folder
            )
        yield f"postgres://app@{LOCAL}:{port}"
    finally:
        as_postgres(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop", cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize("mode", ["shared-secret", "jwks"])
def test_the_example_holds_every_criterion_on_postgresql_and_redis(
    mode: str,
    server: str,
    redis_server: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    left_out = shutil.ignore_patterns("node_modules", ".next", "*.db", ".env", "__pycache__")
    project = Path(shutil.copytree(TODO, tmp_path / "todo", ignore=left_out))
    contract = project / "authpact.toml"
    text = contract.read_text("utf-8")
    text = text.replace('mode = "none"\nstore = "memory"', 'mode = "backchannel"\nstore = "redis"')
    if mode == "jwks":
        text = text.replace('"shared-secret"', '"jwks"').replace('"HS256"', '"ES256"')
    contract.write_text(text, "utf-8")
    assert run(["compile", "--contract", str(contract)]) == 0
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    databases = [f"--auth-database={server}/auth", f"--api-database={server}/api"]
    options = ["--project", str(project), "--output", str(tmp_path / "out"), "--exit"]
    code = run(["demo", *options, *databases])
    said = capsys.readouterr()
    assert code == 0, said.out[-2000:] + said.err[-2000:]
    with socket.create_connection(("127.0.0.1", redis_server.port), 2) as connection:
        connection.sendall(b"KEYS authpact:*\r\n")
        assert b"authpact:" in connection.recv(4096)
