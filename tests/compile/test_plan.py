"""What the writer does with files it wrote, files that were edited, and files of others."""

import json
from pathlib import Path

import pytest

from authpact.compile import OutputFile, State, plan, render, targets, write
from authpact.contract import default_contract, digest
from authpact.errors import CompileError

FILES = (
    OutputFile("a/settings.py", "x = 1\n", "#"),
    OutputFile("b/page.md", "# Title\n\ntext\n", "<!--"),
    OutputFile("c/page.ts", "export {};\n", "//"),
    OutputFile("d/schema.json", '{\n  "a": 1\n}\n', "json"),
)


def states(
    root: Path, files: tuple[OutputFile, ...] = FILES, contract: str = "0" * 12
) -> set[State]:
    return {item.state for item in plan(files, root, contract, "1.0")}


def written(root: Path) -> Path:
    write(plan(FILES, root, "0" * 12, "1.0"), root)
    return root


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    assert states(tmp_path) == {State.MISSING}
    assert states(written(tmp_path)) == {State.SAME}
    assert write(plan(FILES, tmp_path, "0" * 12, "1.0"), tmp_path) == ()


def test_a_new_contract_makes_untouched_files_stale_and_they_are_written_again(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    assert states(tmp_path, contract="1" * 12) == {State.STALE}
    newer = plan(FILES, tmp_path, "1" * 12, "1.0")
    assert len(write(newer, tmp_path)) == len(FILES)
    assert states(tmp_path, contract="1" * 12) == {State.SAME}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.path)
def test_a_hand_edit_is_drift_and_is_kept(tmp_path: Path, file: OutputFile) -> None:
    target = written(tmp_path) / file.path
    edited = target.read_text().replace("1", "2").replace("text", "words").replace("{};", "{ };")
    target.write_text(edited)
    planned = plan(FILES, tmp_path, "1" * 12, "1.0")
    assert {i.file.path for i in planned if i.state is State.DRIFTED} == {file.path}
    write(planned, tmp_path)
    assert target.read_text() == edited


def test_a_file_that_authpact_did_not_write_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/settings.py").write_text("mine\n")
    planned = plan(FILES, tmp_path, "0" * 12, "1.0")
    assert planned[0].state is State.FOREIGN
    write(planned, tmp_path)
    assert (tmp_path / "a/settings.py").read_text() == "mine\n"


def test_starters_are_written_together_once_and_are_the_project_s_own_afterwards(
    tmp_path: Path,
) -> None:
    starters = tuple(
        OutputFile(f"app/{n}.py", "x = 1\n", "#", "app/main.py") for n in ("main", "routes")
    )
    assert set(write(plan(starters, tmp_path, "0" * 12, "1.0"), tmp_path)) == {
        "app/main.py",
        "app/routes.py",
    }
    (tmp_path / "app/routes.py").unlink()
    (tmp_path / "app/main.py").write_text("mine\n")
    again = plan(starters, tmp_path, "1" * 12, "1.0")
    assert {item.state for item in again} == {State.OWNED}
    assert write(again, tmp_path) == ()


def test_bytes_that_are_not_text_are_foreign(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/settings.py").write_bytes(b"\xff\xfe\x00")
    assert plan(FILES, tmp_path, "0" * 12, "1.0")[0].state is State.FOREIGN


def test_the_title_of_a_document_stays_its_first_line(tmp_path: Path) -> None:
    assert (written(tmp_path) / "b/page.md").read_text().startswith("# Title\n")


def test_stamped_json_is_still_json(tmp_path: Path) -> None:
    data = json.loads((written(tmp_path) / "d/schema.json").read_text())
    assert data["a"] == 1
    assert data["$comment"].startswith("authpact 1.0 contract 000000000000")


@pytest.mark.parametrize("path", ["/etc/passwd", "../up.txt", "a/../../up.txt"])
def test_no_target_may_write_outside_of_the_output_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(CompileError, match="below the output folder"):
        plan((OutputFile(path, "", "#"),), tmp_path, "0" * 12, "1.0")


def test_an_unknown_target_is_named_with_the_known_ones() -> None:
    with pytest.raises(CompileError, match=r"unknown target nope; known: .*spec"):
        render(default_contract(), ["nope"])


def test_every_target_has_a_summary_and_output_is_deterministic() -> None:
    contract = default_contract()
    assert {"design", "spec", "env", "nextjs", "fastapi", "schema"} <= set(targets())
    assert all(target.summary for target in targets().values())
    assert render(contract) == render(contract)


def test_no_compiled_file_holds_a_secret_or_a_path_of_this_machine() -> None:
    for file in render(default_contract()):
        assert str(Path.cwd()) not in file.text
        assert digest(default_contract()) not in file.text
