"""`authpact secret rotate`: two files, three steps, no secret on the screen. key:rotation."""

import re
import stat
from pathlib import Path

import pytest

from authpact.cli._app import run
from authpact.verify import SharedSecrets

Capture = pytest.CaptureFixture[str]
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def variables(file: Path) -> dict[str, str]:
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--yes"]) == 0
    assert run(["secret"]) == 0
    return tmp_path


def both(project: Path) -> tuple[dict[str, str], dict[str, str]]:
    return variables(project / "frontend/.env"), variables(project / "backend/.env")


def keys_of(project: Path) -> SharedSecrets:
    return SharedSecrets.parse(both(project)[1]["API_JWT_KEYS"], "API_JWT_KEYS", {})


def test_the_frontend_gets_a_new_key_and_the_api_accepts_both(project: Path) -> None:
    before, _ = both(project)
    assert run(["secret", "rotate", "--retire-after", "2h"]) == 0
    front, back = both(project)
    assert front["API_JWT_SECRET"] != before["API_JWT_SECRET"]
    assert front["BETTER_AUTH_SECRET"] == before["BETTER_AUTH_SECRET"]
    old, new = back["API_JWT_KEYS"].split(",")
    assert re.fullmatch(rf"dev-1:{before['API_JWT_SECRET']}@[\dT:-]+Z", old)
    assert new == f"{front['API_JWT_KID']}:{front['API_JWT_SECRET']}"
    assert keys_of(project).ids == ("dev-1", front["API_JWT_KID"])


def test_the_plan_names_variables_and_no_secret(project: Path, capsys: Capture) -> None:
    run(["secret", "rotate"])
    said = capsys.readouterr()
    for name in ("API_JWT_KEYS", "API_JWT_SECRET", "API_JWT_KID", "dev-1"):
        assert name in said.out
    assert [line[:2] for line in said.out.splitlines()[1:]] == ["1.", "2.", "3."]
    assert not SECRET.search(said.out + said.err)


def test_every_other_byte_and_the_rights_of_the_files_stay(project: Path) -> None:
    file = project / "backend/.env"
    text = file.read_bytes() + b"\r\n# Gr\xc3\xbc\xc3\x9fe\r\nexport X = 'a=b' \n\nLAST=1"
    file.write_bytes(text)
    file.chmod(0o640)
    run(["secret", "rotate"])
    after = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    lines = zip(text.splitlines(keepends=True), after.splitlines(keepends=True), strict=True)
    changed = [old for old, new in lines if old != new]
    assert [line.partition(b"=")[0] for line in changed] == [b"API_JWT_KEYS"]
    assert sorted(path.name for path in (project / "backend").iterdir()) == [".env"]


def test_a_dry_run_writes_nothing(project: Path, capsys: Capture) -> None:
    before = both(project)
    assert run(["secret", "rotate", "--dry-run"]) == 0
    assert both(project) == before
    assert "nothing was written" in capsys.readouterr().out


def test_rotations_add_up_and_retired_keys_are_dropped(project: Path, capsys: Capture) -> None:
    run(["secret", "rotate", "--retire-after", "0s"])
    run(["secret", "rotate", "--retire-after", "1d"])
    front, _ = both(project)
    assert "dropped, retired before: dev-1" in capsys.readouterr().out
    assert len(keys_of(project).ids) == 2
    assert front["API_JWT_KID"].endswith(".2")


def test_an_overlap_shorter_than_a_token_is_pointed_out(project: Path, capsys: Capture) -> None:
    run(["secret", "rotate", "--retire-after", "1m"])
    assert "note: a token lives up to" in capsys.readouterr().out


def test_quoted_values_are_understood(project: Path) -> None:
    for side in ("frontend", "backend"):
        file = project / side / ".env"
        file.write_text(re.sub(r"(?m)^(API_JWT_\w+)=(.*)$", r'\1="\2"', file.read_text()))
    assert run(["secret", "rotate"]) == 0
    assert len(keys_of(project).ids) == 2


def lose(project: Path) -> None:
    (project / "frontend/.env").unlink()


def disagree(project: Path) -> None:
    file = project / "frontend/.env"
    file.write_text(file.read_text().replace("API_JWT_KID=dev-1", "API_JWT_KID=dev-2"))


def repeat(project: Path) -> None:
    file = project / "backend/.env"
    file.write_text(file.read_text() + "API_JWT_KEYS=x\n")


def spoil(project: Path) -> None:
    file = project / "backend/.env"
    file.write_text(file.read_text().replace("API_JWT_KEYS=", "API_JWT_KEYS=k0:short,"))


@pytest.mark.parametrize("break_it", [lose, disagree, repeat, spoil])
def test_files_that_do_not_fit_are_left_alone(
    break_it: object, project: Path, capsys: Capture
) -> None:
    assert callable(break_it)
    break_it(project)
    before = (project / "backend/.env").read_bytes()
    assert run(["secret", "rotate"]) == 2
    assert (project / "backend/.env").read_bytes() == before
    assert not SECRET.search(capsys.readouterr().err)


@pytest.mark.parametrize("text", ["tomorrow", "-1d", "9000d", ""])
def test_a_retirement_that_makes_no_sense_is_refused(text: str, project: Path) -> None:
    before = both(project)
    assert run(["secret", "rotate", f"--retire-after={text}"]) == 2
    assert both(project) == before


def test_a_key_pair_is_rotated_elsewhere(project: Path, capsys: Capture) -> None:
    file = project / "authpact.toml"
    text = file.read_text().replace('mode = "shared-secret"', 'mode = "jwks"')
    file.write_text(text.replace('algorithm = "HS256"', 'algorithm = "EdDSA"'))
    assert run(["secret", "rotate"]) == 2
    assert "Better Auth rotates its own keys" in capsys.readouterr().err
