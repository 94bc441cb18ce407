"""Both directions: no requirement without a way to check it, no check without a requirement."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from authpact.compile import document_checks, render
from authpact.contract import criteria, fields, load
from authpact.probe import all_probes
from authpact.requirements import REQUIREMENTS, Check

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "authpact"
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*/authpact.toml"))
CONTRACTS = [load(path) for path in [*GOLDEN, ROOT / "examples/todo/authpact.toml"]]
CRITERIA = {c.id: c for contract in CONTRACTS for c in criteria(contract)}
PROBES = all_probes()


def with_check(check: Check) -> list[str]:
    return [r.id for r in REQUIREMENTS.values() if check in r.checks]


def ids_in(*patterns: str) -> set[str]:
    """Collect the requirement ids that stand in these files."""
    text = "\n".join(p.read_text("utf-8") for pattern in patterns for p in ROOT.glob(pattern))
    return {i for i in REQUIREMENTS if re.search(rf"(?<![\w:-]){re.escape(i)}(?![\w-])", text)}


def constants(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_ids_are_area_and_slug_and_every_requirement_has_a_source_and_a_check() -> None:
    for row in REQUIREMENTS.values():
        assert re.fullmatch(r"[a-z]+:[a-z]+(-[a-z]+)*", row.id)
        assert row.sources and all(row.sources) and row.checks and row.sentence.endswith(".")
        assert (Check.BY_HAND in row.checks) == bool(row.note)


def test_there_are_as_many_requirements_as_a_person_can_read() -> None:
    assert 60 <= len(REQUIREMENTS) <= 90


def test_every_criterion_names_a_requirement_and_a_probe_that_stands_for_it() -> None:
    for criterion in CRITERIA.values():
        assert Check.PROBE in REQUIREMENTS[criterion.requirement].checks, criterion.id
        assert PROBES[criterion.probe].requirement == criterion.requirement, criterion.id


def test_every_probe_is_named_by_a_criterion() -> None:
    assert set(PROBES) == {c.probe for c in CRITERIA.values()}


def test_every_requirement_to_be_probed_has_a_criterion() -> None:
    assert set(with_check(Check.PROBE)) == {c.requirement for c in CRITERIA.values()}


def test_every_check_of_the_checklist_cites_a_requirement_of_documents() -> None:
    for slug, check in document_checks().items():
        assert check.requirement in REQUIREMENTS, slug


def test_the_specifications_print_every_requirement_that_documents_must_state() -> None:
    texts = [f.text for c in CONTRACTS for f in render(c, ["spec"])]
    missing = [i for i in with_check(Check.DOCUMENT) if not any(f"{i}" in t for t in texts)]
    assert missing == []


def test_the_loader_speaks_for_every_requirement_on_contracts() -> None:
    cited = set(constants(SOURCE / "contract")) & set(REQUIREMENTS)
    assert set(with_check(Check.CONTRACT)) <= cited


def test_every_field_of_the_contract_settles_a_known_requirement() -> None:
    for field in fields():
        plain = field.allowed not in {"a table", "tables"}
        if plain and field.path not in {"version", "project.name"}:
            assert field.requirement in REQUIREMENTS, field.path


def test_the_run_time_cites_every_requirement_it_enforces_and_tests_hold_it() -> None:
    wanted = set(with_check(Check.VERIFY))
    code = ids_in("src/authpact/verify/*.py", "src/authpact/fastapi/*.py")
    tests = ids_in("tests/verify/*.py", "tests/fastapi/*.py")
    assert sorted(wanted - code) == []
    assert sorted(wanted - tests) == []


def test_the_issuer_cites_every_requirement_it_enforces_and_its_tests_hold_it() -> None:
    wanted = set(with_check(Check.ISSUE))
    code = ids_in("src/authpact/compile/templates/nextjs/**/*.ts")
    tests = ids_in("ts/tests/*.ts")
    assert sorted(wanted - code) == []
    assert sorted(wanted - tests) == []


@pytest.mark.parametrize("folder", ["contract", "compile", "probe", "verify", "fastapi", "report"])
def test_no_code_cites_a_requirement_that_does_not_exist(folder: str) -> None:
    areas = {i.partition(":")[0] for i in REQUIREMENTS}
    cited = {
        text
        for text in constants(SOURCE / folder)
        if re.fullmatch(r"[a-z]+:[a-z]+(-[a-z]+)*", text) and text.partition(":")[0] in areas
    }
    assert sorted(cited - set(REQUIREMENTS) - {"path:user_id"}) == []
