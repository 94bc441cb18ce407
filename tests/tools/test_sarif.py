"""SARIF reports, judged by the schema of the standard and by the validator of its makers."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from authpact.cli._app import run
from authpact.findings import Run
from authpact.report import render_run
from authpact.review import all_rules

pytestmark = [pytest.mark.slow, pytest.mark.tools]
NO_HOME_PAGE = "SARIF2005"
"""The validator would like an address of the tool; there is none to give yet."""


def objections(multitool: Path, text: str, folder: Path) -> list[str]:
    """Return what schema and validator have against a report."""
    report, judged = folder / "report.sarif", folder / "judged.sarif"
    report.write_text(text, encoding="utf-8")
    schema = json.loads((multitool.parent / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    jsonschema.Draft7Validator(schema).validate(json.loads(text))
    environment = {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "HOME": str(folder)}
    subprocess.run(
        [multitool, "validate", report, "--output", judged, "--rule-kind", "Sarif;Ghas"],
        env=environment, capture_output=True, check=False,
    )  # fmt: skip
    results: list[dict[str, object]] = json.loads(judged.read_text("utf-8-sig"))["runs"][0][
        "results"
    ]
    return [f"{r['ruleId']} {r['message']}" for r in results if r["ruleId"] != NO_HOME_PAGE]


def flawed(folder: Path) -> None:
    """Write every flawed example of every rule, below a folder that has to be escaped."""
    for slug, rule in all_rules().items():
        for number, case in enumerate(rule.flagged):
            for path, text in case.files.items():
                file = folder / f"{slug}-{number}" / "app [...all]" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")


def test_a_review_with_every_kind_of_finding_is_valid(multitool: Path, tmp_path: Path) -> None:
    tree, report = tmp_path / "tree", tmp_path / "out.sarif"
    flawed(tree)
    (tree / "binary.py").write_bytes(b"\0")
    assert run(["review", str(tree), "--format", "sarif", "--output", str(report)]) == 1
    document = json.loads(report.read_text())["runs"][0]
    assert len({r["ruleId"] for r in document["results"]}) > len(all_rules()) / 2
    assert any("fixes" in r for r in document["results"])
    assert objections(multitool, report.read_text(), tmp_path) == []


def test_a_review_without_findings_is_valid(multitool: Path, tmp_path: Path) -> None:
    tree, report = tmp_path / "tree", tmp_path / "out.sarif"
    tree.mkdir()
    assert run(["review", str(tree), "--format", "sarif", "--output", str(report)]) == 0
    assert objections(multitool, report.read_text(), tmp_path) == []


def test_a_run_of_probes_is_valid(multitool: Path, tmp_path: Path, judged: Run) -> None:
    assert objections(multitool, render_run(judged, "sarif"), tmp_path) == []


def test_the_validator_does_object(multitool: Path, tmp_path: Path, judged: Run) -> None:
    text = render_run(judged, "sarif").replace('"authpact.toml"', '"a [b]"')
    assert any(o.startswith("SARIF1002") for o in objections(multitool, text, tmp_path))
