from pathlib import Path

import pytest

from authpact.brief import Given, draft, read_project
from authpact.errors import AuthpactError

API = """
from fastapi import APIRouter, FastAPI
app = FastAPI()
router = APIRouter(prefix="/orders")

@router.get("/{order_id}")
async def one(order_id: int): ...

@app.post("/login")
def login(): ...
"""
AUTH = """
export const auth = betterAuth({
  baseURL: "https://shop.example.com/api/auth",
  plugins: [jwt({ jwks: { keyPairConfig: { alg: "ES256" } } }), admin()],
});
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "main.py").write_text(API, "utf-8")
    (tmp_path / "api" / "app.py").write_text(
        'from fastapi import FastAPI\napp.include_router(router, prefix="/v1")\ndef broken(:\n'
        '@app.get("/status")\n', "utf-8"
    )  # fmt: skip
    (tmp_path / "auth.ts").write_text(AUTH, "utf-8")
    (tmp_path / "package.json").write_text(
        '{"name": "shop", "dependencies": {"better-auth": "1.7.25"}}'
    )
    (tmp_path / ".env.example").write_text(
        "NEXT_PUBLIC_API_URL=https://api.shop.example.com\nBETTER_AUTH_SECRET=x\n"
    )
    return tmp_path


def test_a_project_tells_its_routes_and_settings_with_file_and_line(project: Path) -> None:
    facts = {(f.field, f.value): f.source for f in read_project(project)}
    assert facts["route", ("GET", "/orders/{order_id}", "", "")] == "api/main.py:6"
    assert facts["route", ("GET", "/status", "", "")] == "api/app.py:4"
    assert facts["token.issuer", "https://shop.example.com"] == "auth.ts:3"
    assert facts["token.audience", "https://api.shop.example.com"] == ".env.example:1"
    assert facts["token.algorithm", "ES256"] == "auth.ts:4"
    assert facts["note.better-auth", "1.7.25"] == "package.json:1"


def test_a_login_of_the_project_is_no_operation_of_the_contract(project: Path) -> None:
    assert all(
        "login" not in e.path
        for e in draft("", Given(project=read_project(project))).contract.endpoints
    )


def test_the_brief_speaks_before_the_project(project: Path) -> None:
    found = draft("Orders belong to one user. RS256.", Given(project=read_project(project)))
    assert found.contract.token.algorithm == "RS256"
    assert found.contract.token.mode == "jwks"
    assert {str(e): e.access for e in found.contract.endpoints} == {
        "GET /orders/{order_id}": "owner",
        "GET /status": "public",
    }


def test_loops_and_strange_files_do_no_harm(project: Path) -> None:
    (project / "loop").symlink_to(project, target_is_directory=True)
    (project / "self.py").symlink_to(project / "self.py")
    (project / "binary.py").write_bytes(b"\0" * 100)
    (project / "latin.py").write_bytes("# Grüße".encode("latin-1"))
    (project / "huge.json").write_text('{"openapi": "' + "x" * 900_000 + '"}')
    (project / "deep.json").write_text('{"openapi": ' + "[" * 90_000)
    assert len([f for f in read_project(project) if f.field == "route"]) == 2


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AuthpactError):
        read_project(tmp_path / "absent")
