"""What is compiled for other tools, judged by the tools themselves."""

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from authpact.compile import plan, render, write
from authpact.contract import Contract, default_contract, load

GOLDEN = sorted((Path(__file__).parent.parent / "golden").glob("*/authpact.toml"))
CHANGE = "openspec/changes/add-authentication"
Run = Callable[..., CompletedProcess[str]]

pytestmark = [pytest.mark.slow, pytest.mark.tools]


def put(contract: Contract, target: str, root: Path) -> None:
    write(plan(render(contract, [target]), root, "0" * 12, "1.0"), root)


def good(done: CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("file", GOLDEN, ids=lambda path: path.parent.name)
def test_openspec_accepts_every_change_in_strict_mode(
    file: Path, tmp_path: Path, openspec: Run
) -> None:
    put(load(file), "openspec", tmp_path)
    said = good(openspec("validate", "--all", "--strict", "--no-interactive"))
    assert "1 passed, 0 failed" in said


def test_openspec_refuses_a_requirement_that_demands_nothing(tmp_path: Path, openspec: Run) -> None:
    put(default_contract(), "openspec", tmp_path)
    for spec in (tmp_path / CHANGE / "specs").glob("*/spec.md"):
        spec.write_text(spec.read_text().replace(" MUST ", " may "))
    assert openspec("validate", "--all", "--strict", "--no-interactive").returncode == 1


def test_openspec_archives_the_finished_change_into_valid_specs(
    tmp_path: Path, openspec: Run
) -> None:
    put(default_contract(), "openspec", tmp_path)
    tasks = tmp_path / CHANGE / "tasks.md"
    tasks.write_text(tasks.read_text().replace("- [ ]", "- [x]"))
    good(openspec("archive", "add-authentication", "--yes"))
    assert "3 passed, 0 failed" in good(
        openspec("validate", "--all", "--strict", "--no-interactive")
    )
    put(default_contract(), "openspec", tmp_path)
    assert not (tmp_path / CHANGE).exists()


def test_spec_kit_installs_the_extension_with_its_commands_and_hooks(
    tmp_path: Path, specify: Run
) -> None:
    put(default_contract(), "spec-kit", tmp_path)
    if shutil.which("git"):
        (tmp_path / ".git").mkdir()
    init = ("init", "--here", "--force", "--non-interactive", "--integration", "claude")
    good(specify(*init, "--ignore-agent-tools"))
    good(specify("extension", "add", "spec-kit/authpact", "--dev"))
    assert "Commands: 3 | Hooks: 4" in good(specify("extension", "list"))
    hooks = (tmp_path / ".specify/extensions.yml").read_text()
    assert hooks.count("extension: authpact") == 4
    assert len(list((tmp_path / ".claude/skills").glob("speckit-authpact-*/SKILL.md"))) == 3


def test_the_reference_validator_accepts_the_skill(tmp_path: Path, agentskills: Run) -> None:
    put(default_contract(), "agents", tmp_path)
    skill = tmp_path / ".claude/skills/authpact"
    good(agentskills("validate", str(skill)))
    text = (skill / "SKILL.md").read_text()
    (skill / "SKILL.md").write_text(text.replace("name: authpact", "name: Other", 1))
    assert agentskills("validate", str(skill)).returncode != 0
