"""The commands as a newcomer meets them: what they write, what they say, how they exit."""

import json
import stat
import subprocess
from pathlib import Path

import pytest

from authpact.cli._app import run

Capture = pytest.CaptureFixture[str]


def variables(file: Path) -> dict[str, str]:
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def project(folder: Path) -> Path:
    assert run(["init", "--yes"]) == 0
    return folder


def test_init_writes_a_contract_that_checks_clean(project: Path, capsys: Capture) -> None:
    assert run(["contract", "check"]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_init_never_overwrites(project: Path, capsys: Capture) -> None:
    before = (project / "authpact.toml").read_text()
    assert run(["init", "--yes"]) == 2
    assert "exists and is kept" in capsys.readouterr().err
    assert (project / "authpact.toml").read_text() == before


def test_contract_check_names_line_field_and_remedy_and_exits_1(
    project: Path, capsys: Capture
) -> None:
    file = project / "authpact.toml"
    file.write_text(file.read_text().replace('"15m"', '"3d"'))
    assert run(["contract", "check"]) == 1
    out = capsys.readouterr().out
    assert "token.lifetime: must be at most 1h [token:lifetime]" in out


def test_contract_check_as_json_is_one_object_on_stdout(project: Path, capsys: Capture) -> None:
    assert run(["contract", "check", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["schema"], data["diagnostics"]) == (1, [])


def test_contract_explain_tells_meaning_limits_and_source(capsys: Capture) -> None:
    assert run(["contract", "explain", "token.lifetime"]) == 0
    out = capsys.readouterr().out
    assert "1m to 1h" in out and "RFC 6750" in out


def test_explain_of_an_unknown_field_lists_the_tables(capsys: Capture) -> None:
    assert run(["contract", "explain", "tokn"]) == 2
    assert "token" in capsys.readouterr().err


def test_explain_prints_a_requirement_with_its_sources(capsys: Capture) -> None:
    assert run(["explain", "token:audience"]) == 0
    assert "8725bis 3.9" in capsys.readouterr().out


def test_compile_writes_everything_once_and_then_reports_it_as_same(
    project: Path, capsys: Capture
) -> None:
    assert run(["compile", "--format", "json"]) == 0
    first = json.loads(capsys.readouterr().out)["files"]
    assert {f["state"] for f in first} == {"written"}
    assert {"specs/features/authentication.md", "docs/authentication-design.md"} <= {
        f["path"] for f in first
    }
    assert run(["compile", "--check", "--format", "json"]) == 0
    assert {f["state"] for f in json.loads(capsys.readouterr().out)["files"]} == {"same"}


def test_compile_check_reports_drift_and_writes_nothing(project: Path, capsys: Capture) -> None:
    run(["compile"])
    file = project / "authpact.toml"
    file.write_text(file.read_text().replace('"15m"', '"10m"'))
    spec = project / "specs/features/authentication.md"
    before = spec.read_text()
    capsys.readouterr()
    assert run(["compile", "--check"]) == 1
    assert "drifted" in capsys.readouterr().out
    assert spec.read_text() == before


def test_compile_leaves_a_foreign_file_and_exits_1(project: Path, capsys: Capture) -> None:
    (project / "backend").mkdir()
    (project / "backend/.env.example").write_text("MINE=1\n")
    assert run(["compile", "--target", "env"]) == 1
    assert "foreign  backend/.env.example" in capsys.readouterr().out
    assert (project / "backend/.env.example").read_text() == "MINE=1\n"


def test_secret_writes_two_private_files_that_fit_each_other(
    project: Path, capsys: Capture
) -> None:
    assert run(["secret"]) == 0
    front = variables(project / "frontend/.env")
    back = variables(project / "backend/.env")
    assert back["API_JWT_KEYS"] == f"{front['API_JWT_KID']}:{front['API_JWT_SECRET']}"
    assert front["API_JWT_SECRET"] != front["BETTER_AUTH_SECRET"]
    said = capsys.readouterr()
    assert front["API_JWT_SECRET"] not in said.out + said.err
    mode = stat.S_IMODE((project / "backend/.env").stat().st_mode)
    assert mode == 0o600


def test_secret_keeps_existing_files(project: Path, capsys: Capture) -> None:
    assert run(["secret"]) == 0
    before = (project / "backend/.env").read_text()
    assert run(["secret"]) == 2
    assert (project / "backend/.env").read_text() == before


def test_secret_refuses_files_that_git_would_commit(project: Path, capsys: Capture) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    for side in ("frontend", "backend"):
        (project / side).mkdir()
    assert run(["secret"]) == 2
    assert "not ignored by git" in capsys.readouterr().err
    assert not (project / "backend/.env").exists()


def test_lint_of_the_compiled_specification_is_clean(project: Path, capsys: Capture) -> None:
    run(["compile"])
    assert run(["lint", "specs/features/authentication.md"]) == 0
    assert run(["lint", "docs/authentication-design.md"]) == 0


def test_lint_names_the_line_of_a_fault_and_exits_1(project: Path, capsys: Capture) -> None:
    run(["compile", "--target", "spec"])
    spec = project / "specs/features/authentication.md"
    spec.write_text(spec.read_text().replace("## 3. Actors", "## 3. People"))
    capsys.readouterr()
    assert run(["lint", "--format", "json", str(spec)]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings and all(f["line"] >= 1 and f["remedy"] for f in findings)


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["compile", "--nope"],
        ["lint"],
        ["contract", "check", "none.toml"],
        ["demo", "--contract", "none.toml", "--exit"],
    ],
)
def test_wrong_usage_exits_2_and_says_why(
    folder: Path, capsys: Capture, arguments: list[str]
) -> None:
    assert run(arguments) == 2
    assert "error:" in capsys.readouterr().err


def test_help_lists_every_command_with_what_it_does(capsys: Capture) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    for word in ("init", "compile", "lint", "probe", "demo", "secret", "contract", "explain"):
        assert word in out
