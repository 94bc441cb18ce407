"""The hook for pre-commit and the GitHub Action, run as those who use them run them."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FLAWED = (
    "import jwt\n\ndef read(token, key):\n"
    '    return jwt.decode(token, key, algorithms=["ES256"], options={"verify_exp": False})\n'
)
pytestmark = [pytest.mark.slow, pytest.mark.tools]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Somebody's repository with one flaw, committed."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "auth.py").write_text(FLAWED)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Change"]):
        subprocess.run([*git, *command], check=True)


def test_the_hook_of_pre_commit_stops_a_flaw_and_lets_a_clean_tree_pass(
    repository: Path, tmp_path: Path
) -> None:
    program = Path(sys.executable).parent / "pre-commit"
    command = [str(program), "try-repo", str(ROOT), "authpact-review", "--all-files"]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache")}

    def hook() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=repository, env=environment, capture_output=True, text=True, check=False
        )

    stopped = hook()
    assert stopped.returncode == 1, stopped.stderr
    assert "expiry-not-checked" in stopped.stdout
    (repository / "auth.py").write_text("def read(): ...\n")
    commit(repository)
    passed = hook()
    assert (passed.returncode, "Passed" in passed.stdout) == (0, True), passed.stdout


def steps(**inputs: str) -> list[tuple[str, dict[str, str]]]:
    """Return script and variables of each step of the action, its inputs put in."""
    import yaml  # noqa: PLC0415  # installed for this job alone

    action = yaml.safe_load((ROOT / "action.yml").read_text())
    values = {name: str(row["default"]) for name, row in action["inputs"].items()} | inputs
    found = []
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "text of a caller never becomes part of a script"
        variables = {
            name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")]
            for name, text in step.get("env", {}).items()
        }
        found.append((step["run"], variables))
    return found


def test_the_action_installs_itself_writes_sarif_and_fails_at_the_limit(
    repository: Path, tmp_path: Path
) -> None:
    venv.create(tmp_path / "runner", with_pip=True)
    path = f"{tmp_path / 'runner' / 'bin'}:{os.environ['PATH']}"
    runner = {**os.environ, "PATH": path, "GITHUB_ACTION_PATH": str(ROOT)}
    codes = []
    for limit in ("high", "critical"):
        for script, variables in steps(**{"fail-on": limit, "sarif": f"{limit}.sarif"}):
            done = subprocess.run(
                ["bash", "-e", "-c", script], cwd=repository, env={**runner, **variables},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            codes.append(done.returncode)
    assert codes == [0, 1, 0, 0]
    results = json.loads((repository / "high.sarif").read_text())["runs"][0]["results"]
    assert "expiry-not-checked" in {r["ruleId"] for r in results}
