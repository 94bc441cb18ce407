"""The files for coding agents: their form, and that they name only what exists."""

import json
import re
from pathlib import Path

import pytest

from authpact.cli._app import app
from authpact.compile import OutputFile, State, plan, render, targets
from authpact.compile.targets.agents import AGENTS
from authpact.contract import default_contract, load

DESIGN_SECTIONS = (
    "Overview", "Frontend Flow", "Backend Flow", "Environment Variables", "Security Rules",
    "Error Handling", "Security Practices", "Self-Check", "Open Points",
)  # fmt: skip
SPEC_SECTIONS = (
    "Title", "Scope", "Actors & Components", "Auth Model & Claims", "End-to-End Flows",
    "Backend JWT Verification (FastAPI)", "Ownership Enforcement Rules", "Environment Variables",
    "Security Constraints & Requirements", "Acceptance Criteria (Testable)", "Open Questions",
)  # fmt: skip


def files() -> dict[str, OutputFile]:
    return {file.path: file for file in render(default_contract(), ["agents"])}


def frontmatter(text: str) -> dict[str, str]:
    head = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    assert head
    return dict(line.split(": ", 1) for line in head[1].splitlines())


@pytest.mark.parametrize("name", AGENTS)
def test_a_sub_agent_says_when_to_use_it_and_with_which_tools(name: str) -> None:
    head = frontmatter(files()[f".claude/agents/{name}.md"].text)
    assert head["name"] == name
    assert "Use it" in head["description"]
    assert {"Read", "Bash"} <= set(head["tools"].split(", "))


def test_the_skill_keeps_the_limits_of_the_agent_skills_format() -> None:
    head = frontmatter(files()[".claude/skills/authpact/SKILL.md"].text)
    assert head["name"] == "authpact"
    assert 1 <= len(head["description"]) <= 1024
    assert len(head["compatibility"]) <= 500


@pytest.mark.parametrize(
    ("name", "sections"), list(zip(AGENTS, (DESIGN_SECTIONS, SPEC_SECTIONS), strict=True))
)
def test_a_sub_agent_keeps_sections_questions_and_deviations(
    name: str, sections: tuple[str, ...]
) -> None:
    text = files()[f".claude/agents/{name}.md"].text
    assert ", ".join(sections) in text
    assert "at most three" in text
    assert "deviation" in text and "ask whether to go on" in text


def test_the_manifest_points_at_files_that_are_written_with_it() -> None:
    written = files()
    manifest = json.loads(written[".claude-plugin/plugin.json"].text)
    named = [*manifest["agents"], manifest["mcpServers"], f"{manifest['skills'][0]}/SKILL.md"]
    assert {path.removeprefix("./") for path in named} <= set(written)


def test_the_texts_name_only_commands_of_authpact_that_exist() -> None:
    texts = "\n".join(file.text for file in files().values())
    used = set(re.findall(r"`authpact ([a-z]+)", texts))
    assert {"init", "compile", "lint", "probe", "mcp"} <= used
    assert {name for name in used if name not in app} == set()


def test_the_lines_for_agents_md_state_what_this_contract_decided() -> None:
    other = load(Path(__file__).parent.parent / "golden/notes-es256-roles/authpact.toml")
    for contract in (default_contract(), other):
        text = next(f.text for f in render(contract, ["agents"]) if "snippet" in f.path)
        assert f"FastAPI verifies: {contract.token.algorithm}, " in text
        assert f"`aud` `{contract.token.audience}`" in text


@pytest.mark.parametrize("path", [".mcp.json", ".claude-plugin/plugin.json"])
def test_a_configuration_of_the_project_is_left_alone(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text('{"mcpServers": {}}\n')
    states = {
        item.file.path: item.state for item in plan(files().values(), tmp_path, "0" * 12, "1")
    }
    assert states[path] is State.OWNED


def test_agents_openspec_and_spec_kit_are_written_only_when_they_are_named() -> None:
    on_demand = {name for name, target in targets().items() if target.optional}
    assert on_demand == {"agents", "openspec", "spec-kit"}
    default = {file.path for file in render(default_contract())}
    for name in on_demand:
        assert default.isdisjoint(file.path for file in render(default_contract(), [name]))
