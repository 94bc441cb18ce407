"""The OpenSpec change, read by its structure; `tests/tools` runs the real validator over it."""

import re
from pathlib import Path

import pytest

from authpact.compile import OutputFile, State, plan, render, write
from authpact.compile.targets.openspec import ROOT, capabilities
from authpact.contract import Contract, criteria, default_contract, load

GOLDEN = sorted((Path(__file__).parent.parent / "golden").glob("*/authpact.toml"))
CONTRACTS = [default_contract(), *(load(path) for path in GOLDEN)]

every_contract = pytest.mark.parametrize(
    "contract", CONTRACTS, ids=["default", *(p.parent.name for p in GOLDEN)]
)


def change(contract: Contract) -> dict[str, str]:
    return {
        file.path.removeprefix(f"{ROOT}/"): file.text for file in render(contract, ["openspec"])
    }


def specs(contract: Contract) -> list[str]:
    return [text for path, text in change(contract).items() if path.startswith("specs/")]


@every_contract
def test_each_criterion_is_one_scenario_and_nothing_else_is(contract: Contract) -> None:
    scenarios = [
        name
        for text in specs(contract)
        for name in re.findall(r"^#### Scenario: (.+)$", text, re.MULTILINE)
    ]
    assert sorted(scenarios) == sorted(criterion.id for criterion in criteria(contract))


@every_contract
def test_each_requirement_demands_something_and_is_named_once(contract: Contract) -> None:
    blocks = [
        b
        for text in specs(contract)
        for b in re.split(r"^### Requirement: ", text, flags=re.MULTILINE)[1:]
    ]
    assert all(re.search(r"\b(MUST|SHALL)\b", block.split("\n#### ")[0]) for block in blocks)
    assert all("- **WHEN** " in block and "- **THEN** " in block for block in blocks)
    names = [block.splitlines()[0] for block in blocks]
    assert len(names) == len(set(names))


def test_the_purpose_and_the_reason_are_as_long_as_openspec_wants_them() -> None:
    assert all(len(capability.purpose) >= 50 for capability in capabilities(default_contract()))
    proposal = change(default_contract())["proposal.md"]
    why = proposal.partition("## Why")[2].partition("## What Changes")[0].strip()
    assert 50 <= len(why) <= 1000


def test_the_proposal_lists_who_may_call_each_operation() -> None:
    proposal = change(default_contract())["proposal.md"]
    for endpoint in default_contract().endpoints:
        assert f"| {endpoint.method} | `{endpoint.path}` | the owner (`sub`) |" in proposal


def test_the_tasks_end_with_every_probe_of_the_contract() -> None:
    tasks = change(default_contract())["tasks.md"]
    for criterion in criteria(default_contract()):
        assert f"  - {criterion.id} ({criterion.probe})" in tasks


def planned(files: tuple[OutputFile, ...], root: Path) -> set[State]:
    return {item.state for item in plan(files, root, "0" * 12, "1.0")}


def test_an_archived_change_is_not_written_a_second_time(tmp_path: Path) -> None:
    files = render(default_contract(), ["openspec"])
    assert planned(files, tmp_path) == {State.MISSING}
    archived = tmp_path / "openspec/specs/token-verification/spec.md"
    archived.parent.mkdir(parents=True)
    archived.write_text("# token-verification Specification\n")
    assert planned(files, tmp_path) == {State.OWNED}
    assert write(plan(files, tmp_path, "0" * 12, "1.0"), tmp_path) == ()
