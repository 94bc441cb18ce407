import fcntl
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from authpact.cli._app import run
from authpact.contract import load


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize("way", [["-"], ["--brief", "-"]])
def test_a_brief_comes_from_stdin(
    way: list[str], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, "notes app, users own their notes")
    assert run(["init", *way]) == 0
    assert load(place / "authpact.toml").project.name == "notes"


def test_a_brief_comes_from_a_file_or_as_text(place: Path) -> None:
    (place / "brief.md").write_text("notes app, ES256", "utf-8")
    assert run(["init", "brief.md", "--output", "a.toml"]) == 0
    assert run(["init", "--brief", "brief.md", "--output", "b.toml"]) == 0
    assert run(["init", "notes app, ES256", "--output", "c.toml"]) == 0
    assert (
        (place / "a.toml").read_text()
        == (place / "b.toml").read_text()
        == (place / "c.toml").read_text()
    )


def test_json_gives_the_whole_analysis_and_writes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "todo app, JWT valid for 30 days, ES256", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {
        "schema",
        "contract",
        "questions",
        "assumptions",
        "deviations",
        "warnings",
        "facts",
    }
    assert data["contract"]["token"]["algorithm"] == "ES256"
    assert data["contract"]["token"]["lifetime"] == 900
    assert data["deviations"][0]["kind"] == "no-expiry"
    assert {"kind", "text", "constraint", "question"} <= set(data["deviations"][0])
    assert {"id", "question", "why", "recommended", "options"} <= set(data["questions"][0])
    assert any(f["field"] == "token.algorithm" and f["evidence"] == "ES256" for f in data["facts"])
    assert list(place.iterdir()) == []


def test_an_existing_contract_is_never_overwritten(place: Path) -> None:
    (place / "authpact.toml").write_text("mine", "utf-8")
    assert run(["init", "todo app"]) == 2
    assert (place / "authpact.toml").read_text() == "mine"
    assert [p.name for p in place.iterdir()] == ["authpact.toml"]


def test_answers_come_from_toml_and_json(place: Path) -> None:
    (place / "a.toml").write_text('algorithm = "jwks"\nstorage = "cookie"\n')
    (place / "a.json").write_text('{"algorithm": "jwks", "storage": "cookie"}')
    for name in ("a.toml", "a.json"):
        assert run(["init", "todo app", "--answers", name, "--output", f"{name}.out"]) == 0
        assert load(place / f"{name}.out").token.mode == "jwks"
    (place / "bad.toml").write_text('colour = "blue"')
    assert run(["init", "todo app", "--answers", "bad.toml", "--output", "x.toml"]) == 2


def test_a_deviation_is_accepted_with_a_reason_and_not_without(place: Path) -> None:
    words = ["init", "todo app, tokens never expire"]
    assert run([*words, "--accept-deviation", "no-expiry"]) == 2
    assert run([*words, "--accept-deviation", "no-expiry", "--why", "kiosk"]) == 0
    assert load(place / "authpact.toml").deviations[0].why == "kiosk"


def test_yes_without_a_brief_is_the_default_contract(place: Path) -> None:
    assert run(["init", "--yes"]) == 0
    assert "decisions" not in tomllib.loads((place / "authpact.toml").read_text())


@pytest.mark.parametrize(
    "arguments",
    [["init", "absent.md"], ["init", "--from", "absent"], ["init", "a", "--brief", "b"]],
)
def test_bad_input_is_exit_code_two(arguments: list[str]) -> None:
    assert run(arguments) == 2


def test_an_update_is_shown_first_and_written_after_yes(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "notes app, 15 minute tokens"]) == 0
    file = place / "authpact.toml"
    before = file.read_text()
    assert run(["init", "access tokens live 5 minutes", "--update"]) == 1
    assert file.read_text() == before
    shown = capsys.readouterr().out
    assert "~ token.lifetime: 15m -> 5m" in shown
    assert "specs/features/authentication.md" in shown
    assert run(["init", "access tokens live 5 minutes", "--update", "--yes"]) == 0
    assert load(file).token.lifetime == 300
    assert load(file).project.name == "notes"


PATIENCE = 60
CTRL_C = b"\x03"


def at_terminal(place: Path, keys: bytes) -> tuple[int, str]:
    """Run `authpact init` at a real terminal and type."""
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-c",
        "from authpact.cli import main; main()",
        "init",
        "todo app; tokens never expire",
    ]
    child = subprocess.Popen(
        command, cwd=place, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: _controlling(theirs),  # noqa: PLW1509  # no thread runs yet
        env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    os.close(theirs)
    try:
        output = b"".join(_conversation(ours, keys))
        return child.wait(timeout=PATIENCE), output.decode()
    finally:
        child.kill()
        os.close(ours)


def _conversation(terminal: int, keys: bytes) -> Iterator[bytes]:
    """Yield what the program shows; each prompt gets the next key, once."""
    unanswered, key = b"", b""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            # Ctrl-C between a prompt and the reading that follows it is only noticed at the next.
            os.write(terminal, key if key == CTRL_C else b"")
            continue
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            return
        if not chunk:
            return
        yield chunk
        unanswered += chunk
        if keys and unanswered.rstrip(b" ").endswith((b"skip:", b"record:", b"all):")):
            key, _, keys = keys.partition(b"|")
            os.write(terminal, key)
            unanswered = b""


def _controlling(terminal: int) -> None:
    # A test run in the background of a shell ignores the signal of Ctrl-C, and a child inherits it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def test_at_a_terminal_questions_are_answered_by_keys(place: Path) -> None:
    code, output = at_terminal(place, b"2\n|\n|n\n|kiosk\n")
    assert code == 0, output
    shown = [line for line in output.splitlines() if "Enter" not in line]
    assert all(len(line) <= 80 for line in shown)
    contract = load(place / "authpact.toml")
    assert contract.token.mode == "jwks"
    assert contract.deviations[0].why == "kiosk"


def test_ctrl_c_leaves_nothing_behind(place: Path) -> None:
    code, output = at_terminal(place, CTRL_C)
    assert code == 130
    assert "nothing was written" in output
    assert list(place.iterdir()) == []
