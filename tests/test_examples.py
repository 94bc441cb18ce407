"""The code in docstrings and in the README runs, and does what the sentence beside it says."""

import ast
import os
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import StaticPool, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel import Session

import authpact.fastapi
from authpact import Contract, load
from authpact.errors import ObjectAbsent
from authpact.fastapi.relay import DevelopmentRelay
from authpact.fastapi.rows import Owned
from authpact.testing import LocalIssuer

ROOT = Path(__file__).parent.parent
PACKAGES = ("__init__.py", "fastapi/*.py", "testing/*.py", "verify/*.py", "contract/*.py")

CONTRACT = """version = 1

[[endpoints]]
method = "GET"
path = "/api/{user_id}/tasks"
access = "owner"
owner_from = "path:user_id"
"""


def blocks() -> dict[str, str]:
    """Return the indented examples in the strings of the public packages, by file."""
    found: dict[str, str] = {}
    for pattern in PACKAGES:
        for file in sorted((ROOT / "src" / "authpact").glob(pattern)):
            for text in _strings(ast.parse(file.read_text("utf-8"))):
                for block in re.findall(r"\n\n((?:    [^\n]*\n|\n)+)", text.rstrip() + "\n"):
                    name = file.relative_to(ROOT / "src" / "authpact").as_posix()
                    found[name] = found.get(name, "") + textwrap.dedent(block)
    return found


def _strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield ast.get_docstring(node) or ""
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            yield _after(tree, node)


def _after(tree: ast.AST, node: ast.AST) -> str:
    """Return the string that documents an assignment."""
    body = getattr(tree, "body", [])
    place = body.index(node) + 1 if node in body else len(body)
    after = body[place] if place < len(body) else None
    if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
        return str(after.value.value)
    return ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalIssuer:
    """A project: its contract on disk and its variables set; its issuer is returned."""
    (tmp_path / "authpact.toml").write_text(CONTRACT, "utf-8")
    monkeypatch.chdir(tmp_path)
    issuer = LocalIssuer(load("authpact.toml"))
    for name, value in issuer.environ.items():
        monkeypatch.setenv(name, value)
    return issuer


def public() -> dict[str, object]:
    return {name: getattr(authpact.fastapi, name) for name in authpact.fastapi.__all__}


class Base(DeclarativeBase): ...


class Task(Base):
    __tablename__ = "task"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[str]
    title: Mapped[str] = mapped_column(default="")


class Project(Base):
    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[str]


class Draft(Base):
    __tablename__ = "draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[str]
    owner_id: Mapped[str]


class Body(BaseModel):
    title: str
    owner_id: str


def run_fastapi(code: str, issuer: LocalIssuer) -> None:
    space: dict[str, object] = {**public(), "FastAPI": FastAPI, "Task": Body, "load": load}
    exec(code, space)  # the example under test
    with TestClient(space["app"]) as client:  # type: ignore[arg-type]  # the example's application
        assert client.get("/api/u1/tasks").status_code == 401
        assert client.get("/api/u2/tasks", headers=issuer.headers("u1")).status_code == 403


def run_watch(code: str, _: LocalIssuer) -> None:
    issuer, app = LocalIssuer(Contract()), FastAPI()
    exec(code, {**public(), "app": app, "WebSocket": WebSocket})
    authpact.fastapi.install(app, issuer.contract, environ=issuer.environ)
    with (
        TestClient(app) as client,
        client.websocket_connect("/live", headers=issuer.headers("u1")) as live,
    ):
        live.send_text("hello")
        assert live.receive_text() == "hello"


def run_relay(code: str, _: LocalIssuer) -> None:
    space = {"DevelopmentRelay": DevelopmentRelay, "FastAPI": FastAPI, "contract": Contract()}
    exec(code, space)
    app = space["app"]
    assert isinstance(app, FastAPI)
    app.add_api_route("/me", lambda: "x")
    assert "password" in str(app.openapi()["components"]["securitySchemes"])


def run_rows(code: str, issuer: LocalIssuer) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    verifier = authpact.Verifier(issuer.contract, issuer.keys)
    owner, stranger = (verifier.verify(issuer.token(name)) for name in ("u1", "u2"))
    with Session(engine) as session:
        mine = Owned(Task, "owner_id").new(owner, {"title": "mine", "owner_id": "u2"})
        session.add(mine)
        session.commit()
        space = {
            "Owned": Owned,
            "Task": Task,
            "session": session,
            "select": select,
            "Project": Project,
            "Draft": Draft,
            "owner": owner,
            "task_id": mine.id,
            "body": Body(owner_id="u9", title="new"),
        }
        exec(code, space)
        with pytest.raises(ObjectAbsent):
            exec(code, {**space, "owner": stranger, "task_id": 999})


def run_testing(code: str, issuer: LocalIssuer) -> None:
    app = FastAPI()

    @app.get("/api/{user_id}/tasks")
    async def tasks(user_id: str, principal: authpact.fastapi.Owner) -> str:
        return user_id + principal.subject

    space = {
        "LocalIssuer": LocalIssuer,
        "install": authpact.fastapi.install,
        "app": app,
        "contract": issuer.contract,
        "client": TestClient(app),
    }
    exec(code, space)


RUN: dict[str, Callable[[str, LocalIssuer], None]] = {
    "fastapi/__init__.py": run_fastapi,
    "fastapi/_watch.py": run_watch,
    "fastapi/relay.py": run_relay,
    "fastapi/rows.py": run_rows,
    "testing/__init__.py": run_testing,
}


def test_every_example_in_a_docstring_is_run_here() -> None:
    assert blocks().keys() == RUN.keys()


@pytest.mark.parametrize("name", RUN)
def test_an_example_in_a_docstring_runs(name: str, folder: LocalIssuer) -> None:
    RUN[name](blocks()[name], folder)


def test_the_python_in_the_readme_runs(folder: LocalIssuer) -> None:
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert code
    assert os.environ[folder.contract.keys.verification_keys_env]
    run_fastapi(code[1], folder)
