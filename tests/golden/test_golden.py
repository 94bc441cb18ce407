"""Thirteen contracts and what is compiled from them: compared, linted and type-checked.

`make golden` writes the trees again; the diff is the review.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from authpact.compile import OutputFile, checklist, render
from authpact.contract import load

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/authpact.toml"))
KEPT = ("docs/", "specs/", "backend/", "frontend/.env.example", "frontend/lib/auth-contract.ts")
"""The static TypeScript is the same for every contract; it is not kept again and again."""

every_case = pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)


def compiled(case: Path) -> tuple[OutputFile, ...]:
    return render(load(case / "authpact.toml"))


def kept(case: Path) -> dict[str, str]:
    return {f.path: f.text for f in compiled(case) if f.path.startswith(KEPT)}


def tree(case: Path) -> dict[str, str]:
    root = case / "expected"
    files = (p for p in root.rglob("*") if p.is_file())
    return {str(p.relative_to(root)): p.read_text("utf-8") for p in files}


def put(files: tuple[OutputFile, ...], root: Path) -> Path:
    for file in files:
        (root / file.path).parent.mkdir(parents=True, exist_ok=True)
        (root / file.path).write_text(file.text, "utf-8")
    return root


def test_there_are_thirteen_contracts() -> None:
    assert len(CASES) == 13


@every_case
def test_the_compiled_tree_is_the_golden_one(case: Path) -> None:
    if os.environ.get("AUTHPACT_WRITE_GOLDEN"):
        shutil.rmtree(case / "expected", ignore_errors=True)
        put(tuple(f for f in compiled(case) if f.path.startswith(KEPT)), case / "expected")
    assert tree(case) == kept(case)


@every_case
def test_the_documents_pass_their_own_checklist(case: Path) -> None:
    contract = load(case / "authpact.toml")
    for file in render(contract, ["spec", "design"]):
        assert checklist(file.text, contract, file.path) == ()
        assert checklist(file.text, None, file.path) == ()


def test_the_generated_python_passes_the_strict_type_checker(tmp_path: Path) -> None:
    roots = [put(compiled(case), tmp_path / case.name) / "backend" for case in CASES]
    for root in roots:
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "app"],
            cwd=root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{root.parent.name}:\n{done.stdout}"


@pytest.mark.node
@every_case
def test_the_generated_typescript_passes_the_strict_type_checker(
    case: Path, node: str, workspace: Path
) -> None:
    root = workspace / ".build" / f"golden-{case.name}"
    shutil.rmtree(root, ignore_errors=True)
    put(tuple(f for f in compiled(case) if f.path.endswith(".ts")), root)
    (root / "tsconfig.json").write_text(
        '{"extends": "../../tsconfig.base.json", "include": ["**/*.ts"]}'
    )
    tsc = workspace / "node_modules" / "typescript" / "bin" / "tsc"
    done = subprocess.run(
        [node, tsc, "--project", root], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
