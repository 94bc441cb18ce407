"""The review against a contract, and the contract that code implies."""

from pathlib import Path

import pytest

from authpact.cli._app import run
from authpact.contract import load
from authpact.review import Facts, drift, infer, read_tree, sort_texts

EXAMPLE = Path(__file__).parents[2] / "examples" / "todo"
API = """\
import jwt
from fastapi import FastAPI, Depends
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://todo.example.com"])

def current_user(token: str):
    return jwt.decode(token, KEY, algorithms=["HS256"])

@app.get("/health")
def health():
    return {"ok": True}

@app.get("/api/{user_id}/tasks")
def tasks(user_id: str, user=Depends(current_user)):
    return [] if user["sub"] == user_id else None

@app.post("/api/open")
def opened(db=Depends(get_db)):
    return db.all()
"""
CONTRACT = """\
version = 1
[token]
algorithm = "{algorithm}"
mode = "{mode}"
[frontend]
origins = ["{origin}"]
[[endpoints]]
method = "GET"
path = "/health"
access = "public"
[[endpoints]]
method = "GET"
path = "/api/{{owner}}/tasks"
access = "owner"
owner_from = "path:owner"
[[endpoints]]
method = "POST"
path = "/api/open"
access = "authenticated"
[[endpoints]]
method = "DELETE"
path = "/api/gone"
access = "authenticated"
"""


@pytest.fixture
def facts() -> Facts:
    return Facts(sort_texts({"api/main.py": API}))


def differing(facts: Facts, folder: Path, **values: str) -> set[tuple[str, str, int]]:
    chosen = {"algorithm": "HS256", "mode": "shared-secret", "origin": "https://todo.example.com"}
    file = folder / "authpact.toml"
    file.write_text(CONTRACT.format(**(chosen | values)))
    found = drift(facts, load(file))
    return {(f.rule, f.location.file, f.location.line) for f in found}


def test_code_that_leaves_an_operation_open_differs_from_its_contract(
    facts: Facts, tmp_path: Path
) -> None:
    assert differing(facts, tmp_path) == {
        ("drift-access", "api/main.py", 20),
        ("drift-endpoint", "authpact.toml", 1),
    }


def test_another_algorithm_and_another_origin_differ(facts: Facts, tmp_path: Path) -> None:
    found = differing(
        facts, tmp_path, algorithm="EdDSA", mode="jwks", origin="https://other.example.com"
    )
    assert ("drift-algorithm", "api/main.py", 9) in found
    assert ("drift-origin", "api/main.py", 6) in found


def test_the_example_does_what_its_contract_says() -> None:
    assert drift(Facts(read_tree(EXAMPLE)), load(EXAMPLE / "authpact.toml")) == ()


def test_the_implied_contract_can_be_loaded_and_does_not_differ(
    facts: Facts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.py").write_text(API)
    assert run(["review", str(tmp_path), "--infer"]) == 0
    file = tmp_path / "implied.toml"
    file.write_text(capsys.readouterr().out)
    implied = load(file)
    assert [str(e) for e in implied.endpoints] == [
        "GET /health",
        "GET /api/{user_id}/tasks",
        "POST /api/open",
    ]
    assert [e.access for e in implied.endpoints] == ["public", "owner", "public"]
    assert implied.frontend.origins == ("https://todo.example.com",)
    assert drift(facts, implied) == ()


def test_a_login_of_the_api_is_not_taken_over_into_a_contract() -> None:
    code = (
        'from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.post("/login")\ndef login(): ...\n'
    )
    text = infer(Facts(sort_texts({"main.py": code})))
    assert "# left out" in text
    assert "[[endpoints]]" not in text
