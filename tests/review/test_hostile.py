"""Whatever stands in a tree, the review ends in a report."""

import time
from pathlib import Path

import pytest

from authpact.review import Facts, findings_in, read_tree, review, sort_texts

HOSTILE = {
    "open-braces": "{" * 400_000,
    "nested-calls": "f(" * 60_000,
    "deep-lists": "x = " + "[" * 1_400 + "]" * 1_400,
    "deep-ifs": "".join(" " * n + "if x:\n" for n in range(300)),
    "one-long-line": "x = '" + "a" * 900_000 + "'",
    "only-quotes": "'" * 100_000,
    "string-that-never-ends": 'x = """' + "a\n" * 50_000,
    "many-decorators": "@app.get('/x')\n" * 5_000 + "def f(): ...\n",
    "half-a-call": "jwt.decode(" * 500,
    "imports-of-itself": "from a import b\nfrom b import a\n" * 2_000,
    "long-or": "x = " + " or ".join(["os.getenv('A')"] * 5_000),
    "nul": "x = 1\0",
    "empty": "",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("ending", ["py", "ts", "tsx"])
def test_a_hostile_text_ends_in_a_report(name: str, ending: str) -> None:
    text = HOSTILE[name] + "\n# token auth secret fetch("
    started = time.perf_counter()
    facts = Facts(sort_texts({f"a.{ending}": text}))
    findings_in(facts)
    assert facts.unreviewable is not None
    assert time.perf_counter() - started < 10


def test_links_binaries_and_broken_bytes_are_told_and_do_not_stop_the_review(
    tmp_path: Path,
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "binary.py").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "latin.py").write_bytes(b"x = '\xff\xfe'\nSECRET_KEY = 'q8Zr1xW5vB7nM3kL9pT2'\n")
    (tmp_path / "large.js").write_bytes(b"a" * 1_100_000)
    found = review(tmp_path)
    assert {u.file for u in found.unreviewable} == {"link.py", "binary.py", "large.js", "."}
    assert [(f.rule, f.location.file, f.location.line) for f in found.findings] == [
        ("hardcoded-secret", "latin.py", 2)
    ]


def test_a_file_of_fifty_megabytes_on_one_line_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "bundle.js").open("wb") as file:
        file.truncate(50_000_000)
    assert review(tmp_path).unreviewable[0].reason == "is larger than 1 MB"


def test_a_side_that_is_not_there_is_told(tmp_path: Path) -> None:
    def told() -> list[str]:
        return [u.reason for u in review(tmp_path).unreviewable if u.file == "."]

    assert told() == ["neither a FastAPI application nor a Better Auth server is here"]
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    assert told() == ["no Better Auth server is here, so who issues the tokens was not reviewed"]
    (tmp_path / "auth.ts").write_text("export const auth = betterAuth({ secret });\n")
    assert told() == []
    (tmp_path / "main.py").unlink()
    assert told() == ["no FastAPI application is here, so who accepts the tokens was not reviewed"]


@pytest.mark.parametrize(
    "code",
    [
        "const rows = await sql<{ id: string }>`select id from boats`;\n",
        'type Id = NonNullable<import("./types").Boat["id"]>;\n',
    ],
)
def test_types_that_the_grammar_does_not_know_are_no_errors(tmp_path: Path, code: str) -> None:
    (tmp_path / "a.ts").write_text(code)
    assert {u.file for u in review(tmp_path).unreviewable} == {"."}


def test_code_newer_than_this_interpreter_is_read(tmp_path: Path) -> None:
    (tmp_path / "deps.py").write_text(
        "import jwt\n\ndef read(token, key):\n    try:\n"
        '        return jwt.decode(token, key, algorithms=["ES256"],'
        ' options={"verify_exp": False})\n'
        "    except ValueError, KeyError:\n        return None\n"
    )
    assert "expiry-not-checked" in {f.rule for f in review(tmp_path).findings}


def test_what_cannot_be_parsed_is_told_and_the_rest_is_reviewed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("SECRET_KEY = 'q8Zr1xW5vB7nM3kL9pT2'\n\ndef broken(:\n    )\n")
    found = review(tmp_path)
    assert [f.rule for f in found.findings] == ["hardcoded-secret"]
    assert found.unreviewable[0].file == "a.py"
    assert "could not be parsed" in found.unreviewable[0].reason


def test_dependencies_of_a_project_are_not_reviewed(tmp_path: Path) -> None:
    for folder in ("node_modules/x", ".venv/lib", "mine/lib"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.py").write_text("SECRET_KEY = 'q8Zr1xW5vB7nM3kL9pT2'\n")
    (tmp_path / "mine" / "pyvenv.cfg").write_text("home = /usr\n")
    assert read_tree(tmp_path).python == ()
