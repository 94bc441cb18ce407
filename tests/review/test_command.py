"""`authpact review` as others script against it."""

import json
import subprocess
from pathlib import Path

import pytest

from authpact.cli._app import run
from authpact.contract import ContractError, digest, load, parse, to_toml

EXAMPLE = Path(__file__).parents[2] / "examples" / "todo"
SECRET = "q8Zr1xW5vB7n" + "M3kL9pT2"
FLAWED = (
    "import jwt\n\ndef read(token, key):\n"
    '    return jwt.decode(token, key, algorithms=["ES256"], options={"verify_exp": False})\n'
)


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:
    code = run(["review", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "auth.py").write_text(FLAWED)
    return tmp_path


def test_the_example_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = report(capsys, str(EXAMPLE))
    assert (code, document["findings"]) == (0, [])
    assert document["stats"]["files"] > 20


def test_the_json_has_the_fixed_members(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = report(capsys, str(tree))
    assert code == 1
    assert set(document) == {"schema", "tool", "findings", "unreviewable", "stats"}
    wanted = {
        "rule",
        "category",
        "requirement",
        "severity",
        "confidence",
        "file",
        "line",
        "message",
        "why",
        "remedy",
        "fingerprint",
    }
    assert all(wanted <= set(f) for f in document["findings"])
    worst = document["findings"][0]
    assert (worst["rule"], worst["file"], worst["line"]) == ("expiry-not-checked", "auth.py", 4)


def test_the_limit_decides_about_the_exit_code(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["review", str(tree), "--fail-on", "critical"]) == 0
    assert run(["review", str(tree), "--fail-on", "high"]) == 1
    assert run(["review", str(tree / "nowhere")]) == 2
    capsys.readouterr()


@pytest.mark.parametrize("shape", ["terminal", "sarif", "junit", "markdown", "html", "json"])
def test_no_format_prints_a_secret(
    shape: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.py").write_text(f'SECRET_KEY = "{SECRET}"\n')
    (tmp_path / ".env").write_text(
        f"BETTER_AUTH_SECRET={SECRET}\nDATABASE_URL=postgresql://me:{SECRET}@db.example.net/x\n"
    )
    assert run(["review", str(tmp_path), "--format", shape]) == 1
    shown = capsys.readouterr().out
    assert "secret" in shown
    assert SECRET not in shown


def test_an_inline_comment_with_a_reason_suppresses_until_its_day(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for day, kept in (("2999-01-01", False), ("2020-01-01", True)):
        comment = f"  # authpact: ignore[expiry-not-checked] clock of the vendor until {day}"
        (tree / "auth.py").write_text(FLAWED.rstrip("\n") + comment + "\n")
        _, document = report(capsys, str(tree))
        assert ("expiry-not-checked" in {f["rule"] for f in document["findings"]}) is kept


def test_a_comment_without_a_reason_suppresses_nothing(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "auth.py").write_text(
        FLAWED.rstrip("\n") + "  # authpact: ignore[expiry-not-checked]\n"
    )
    _, document = report(capsys, str(tree))
    assert "expiry-not-checked" in {f["rule"] for f in document["findings"]}


def test_the_file_of_suppressions_covers_patterns(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "authpact-review.toml").write_text(
        '[[suppressions]]\nrule = "expiry-*"\nfile = "*.py"\nreason = "old"\nuntil = 2999-01-01\n'
    )
    _, document = report(capsys, str(tree))
    assert not [f for f in document["findings"] if f["rule"].startswith("expiry-")]
    (tree / "authpact-review.toml").write_text('[[suppressions]]\nrule = "expiry-*"\n')
    assert run(["review", str(tree)]) == 2
    capsys.readouterr()


def test_the_contract_holds_what_is_accepted_until_its_day(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for day, kept in (("2999-01-01", False), ("2020-01-01", True)):
        row = f'rule = "expiry-*"\nfile = "auth.py"\nreason = "old"\nuntil = {day}\n'
        (tree / "authpact.toml").write_text(f"version = 1\n\n[[suppressions]]\n{row}")
        contract = load(tree / "authpact.toml")
        assert contract.suppressions[0].reason == "old"
        assert digest(contract) == digest(contract.model_copy(update={"suppressions": ()}))
        assert parse(to_toml(contract)).contract == contract
        _, document = report(capsys, str(tree))
        assert any(f["rule"].startswith("expiry-") for f in document["findings"]) is kept


def test_an_acceptance_without_a_reason_is_an_error_of_the_contract(tree: Path) -> None:
    (tree / "authpact.toml").write_text('version = 1\n\n[[suppressions]]\nrule = "expiry-*"\n')
    with pytest.raises(ContractError, match="reason"):
        load(tree / "authpact.toml")


def test_a_baseline_leaves_only_what_is_new(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.json"
    assert run(["review", str(tree), "--write-baseline", str(known)]) == 0
    assert run(["review", str(tree), "--baseline", str(known)]) == 0
    (tree / "other.py").write_text(FLAWED)
    capsys.readouterr()
    _, document = report(capsys, str(tree), "--baseline", str(known))
    assert {f["file"] for f in document["findings"]} == {"other.py"}


def test_a_diff_reports_what_is_new_since_a_revision(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git = ["git", "-C", str(tree), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *command], check=True)
    assert report(capsys, str(tree), "--diff", "HEAD")[0] == 0
    (tree / "auth.py").write_text("# moved\n\n" + FLAWED + "\nSECRET_KEY = '" + SECRET + "'\n")
    _, document = report(capsys, str(tree), "--diff", "HEAD")
    assert [f["rule"] for f in document["findings"]] == ["hardcoded-secret"]
    assert run(["review", str(tree), "--diff", "no-such-revision"]) == 2
    capsys.readouterr()


def test_a_rule_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "algorithm-open"]) == 0
    shown = capsys.readouterr().out
    assert ("algorithm:pinned" in shown and "RFC" in shown) or "8725bis" in shown
    assert "why:" in shown and "remedy:" in shown and "found:" in shown


def test_the_terminal_names_every_place_and_shows_the_code_of_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(9):
        (tmp_path / f"auth{number}.py").write_text(FLAWED)
    assert run(["review", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    part = told.partition("expiry-not-checked")[2].partition("\n\nlow")[0]
    assert all(f"auth{number}.py:4" in part for number in range(9))
    assert part.count(" 4 | ") == 6
    assert "and 3 more places:" in part
    assert "9 high" in told.splitlines()[-1]
