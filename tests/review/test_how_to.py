"""The page about reviewing existing code: its commands run, its snippets do what it says."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest

from authpact.cli._app import run

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "review-existing-code.md").read_text()
PAGE = PAGE.replace("2027-06-30", "2999-01-01")
FLAWED = (
    "import jwt\n\ndef read(token, key):\n"
    '    return jwt.decode(token, key, algorithms=["EdDSA"], options={"require": ["exp", "iss"]},'
    ' issuer="https://a.example")\n'
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "auth.py").write_text(FLAWED)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *command], check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_run_in_their_order(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("authpact ")]
    codes = [run(command) for command in commands]
    capsys.readouterr()
    assert commands[0] == ["review", "."]
    # found, written down, none beyond them, none new on the branch, none that is safe to mend
    assert codes == [1, 0, 0, 0, 1]


def test_what_the_page_accepts_is_left_out(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [comment] = re.findall(r"  # authpact: .*", "".join(blocks("python")))
    (tree / "auth.py").write_text(FLAWED.rstrip("\n") + comment + "\n")
    assert run(["review", "."]) == 0
    (tree / "tools").mkdir()
    (tree / "tools" / "main.py").write_text(
        "@app.get('/a')\ndef a():\n    try:\n        return b()\n"
        "    except Exception as error:\n"
        "        raise HTTPException(500, detail=str(error))\n"
    )
    assert run(["review", "."]) == 1
    [accepted] = blocks("toml")
    assert tomllib.loads(accepted)["suppressions"][0]["reason"]
    (tree / "authpact-review.toml").write_text(accepted)
    assert run(["review", "."]) == 0
    capsys.readouterr()


def test_what_ci_is_given_exists() -> None:
    root = Path(__file__).parents[2]
    action = (root / "action.yml").read_text()
    workflow, config = blocks("yaml")
    given = re.findall(r"^    (?!sarif_file)([\w-]+):", workflow, re.MULTILINE)
    inputs = re.findall(r"^  ([\w-]+):$", action.partition("runs:")[0], re.MULTILINE)
    assert given
    assert set(given) <= set(inputs)
    [report] = re.findall(r"sarif_file: (\S+)", workflow)
    assert f"default: {report}\n" in action
    [hook] = re.findall(r"- id: (\S+)", config)
    assert f"- id: {hook}\n" in (root / ".pre-commit-hooks.yaml").read_text()
