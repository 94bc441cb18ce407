"""The real Better Auth and FastAPI together: compiled contracts hold, broken backends are named."""

import re
import shutil
from pathlib import Path

import pytest

from authpact.cli._app import run

ROOT = Path(__file__).parent.parent.parent
TODO = ROOT / "examples" / "todo"
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*/authpact.toml"))

pytestmark = pytest.mark.node


@pytest.mark.parametrize("contract", GOLDEN, ids=lambda path: path.parent.name)
def test_what_is_compiled_from_a_contract_holds_every_criterion(
    contract: Path, tmp_path: Path, node: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["demo", "--contract", str(contract), "--output", str(tmp_path), "--exit"])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    assert " 0 broken, 0 inconclusive" in said.out
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")


def example(folder: Path) -> Path:
    """Copy the example without its build, so that the standalone issuer is used."""
    left_out = shutil.ignore_patterns("node_modules", ".next", "*.db", ".env", "__pycache__")
    return Path(shutil.copytree(TODO, folder / "todo", ignore=left_out))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def demo(project: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = run(["demo", "--project", str(project), "--output", str(project / "out"), "--exit"])
    return code, capsys.readouterr().out


LAX = {
    "token:audience": """
def _without_audience(self, claims):
    if claims["iss"] != self.issuer:
        raise _claims.TokenInvalid("issuer")
_claims.ClaimRules.check_parties = _without_audience
""",
    "token:issuer": """
def _without_issuer(self, claims):
    if claims["aud"] != self.audience:
        raise _claims.TokenInvalid("audience")
_claims.ClaimRules.check_parties = _without_issuer
""",
    "token:expiry": "_claims.ClaimRules.check_expiry = lambda *_: None",
    "token:type": '_gate._media_type = lambda _: "at+jwt"',
}


@pytest.mark.parametrize("requirement", LAX)
def test_a_backend_that_leaves_out_one_check_fails_and_the_requirement_is_named(
    requirement: str, tmp_path: Path, node: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project = example(tmp_path)
    with (project / "backend/app/security.py").open("a") as file:
        file.write(f"\nfrom authpact.verify import _claims, _gate\n{LAX[requirement]}\n")
    code, said = demo(project, capsys)
    assert code == 1
    assert requirement in said


def test_a_backend_that_forgets_the_owner_on_one_verb_fails_and_the_requirement_is_named(
    tmp_path: Path, node: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project = example(tmp_path)
    tasks = project / "backend/app/tasks.py"
    edit(
        tasks,
        "database.delete(_own(task_id, owner, database))",
        "database.delete(database.get(Task, task_id))",
    )
    code, said = demo(project, capsys)
    assert code == 1
    assert "ownership:foreign-resource" in said
    assert "DELETE" in said


def test_a_backend_that_forgets_the_path_on_one_verb_does_not_even_start(
    tmp_path: Path, node: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project = example(tmp_path)
    tasks = project / "backend/app/tasks.py"
    edit(
        tasks,
        "def read_task(_user: UserId, task_id: TaskId, owner: Owner,",
        "def read_task(_user: UserId, task_id: TaskId, owner: CurrentPrincipal,",
    )
    edit(
        tasks,
        "from app.security import Owner,",
        "from app.security import CurrentPrincipal, Owner,",
    )
    assert (
        run(["demo", "--project", str(project), "--output", str(tmp_path / "out"), "--exit"]) == 2
    )
    said = capsys.readouterr().err
    assert "GET /api/{user_id}/tasks/{id}" in said


def test_an_api_with_another_secret_voids_the_run(
    tmp_path: Path, node: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project = example(tmp_path)
    edit(
        project / "backend/app/security.py",
        "    install(app,",
        '    os.environ["API_JWT_AUDIENCE"] = "https://other.example"\n    install(app,',
    )
    assert (
        run(["demo", "--project", str(project), "--output", str(tmp_path / "out"), "--exit"]) == 2
    )
    assert re.search(r"control", capsys.readouterr().err)


def test_no_secret_and_no_token_of_a_run_is_in_its_output(
    tmp_path: Path, node: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project = example(tmp_path)
    code, said = demo(project, capsys)
    assert code == 0
    texts = [
        said,
        *(
            p.read_text("utf-8", "replace")
            for p in (project / "out").rglob("*")
            if p.suffix in {".html", ".log"}
        ),
    ]
    for text in texts:
        assert not re.search(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}", text)
