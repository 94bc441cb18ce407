"""The todo application as its users would test it: real requests, tokens of a local issuer."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from authpact import load
from authpact.testing import LocalIssuer

EXAMPLE = Path(__file__).parents[2] / "examples" / "todo"


@pytest.fixture(scope="module")
def issuer() -> LocalIssuer:
    return LocalIssuer(load(EXAMPLE / "authpact.toml"))


@pytest.fixture(scope="module")
def served(
    issuer: LocalIssuer,
    serve: Callable[[object], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[httpx.Client]:
    """Import the example as `uvicorn app.main:app` does, and serve it."""
    file = tmp_path_factory.mktemp("todo") / "todo.db"
    database = os.environ.get("AUTHPACT_POSTGRES") or f"sqlite:///{file}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**issuer.environ, "DATABASE_URL": database}.items():
            patch.setenv(name, value)
        patch.syspath_prepend(str(EXAMPLE / "backend"))
        for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
            patch.delitem(sys.modules, name)
        app = importlib.import_module("app.main").app
        with serve(app) as base, httpx.Client(base_url=base) as client:
            yield client
        for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
            del sys.modules[name]


@pytest.fixture
def client(served: httpx.Client, issuer: LocalIssuer) -> Iterator[httpx.Client]:
    """The served example; what a test leaves behind is deleted."""
    yield served
    for user in ("ada", "bob"):
        headers = issuer.headers(user)
        for task in served.get(f"/api/{user}/tasks", headers=headers).json():
            served.delete(f"/api/{user}/tasks/{task['id']}", headers=headers)


@pytest.fixture
def ada(issuer: LocalIssuer) -> dict[str, str]:
    return issuer.headers("ada")


@pytest.fixture
def bob(issuer: LocalIssuer) -> dict[str, str]:
    return issuer.headers("bob")


def created(client: httpx.Client, headers: dict[str, str], owner: str = "ada") -> dict[str, object]:
    answer = client.post(f"/api/{owner}/tasks", json={"title": "Milk"}, headers=headers)
    assert answer.status_code == 201
    return dict(answer.json())


def test_a_user_keeps_a_list_of_tasks(client: httpx.Client, ada: dict[str, str]) -> None:
    task = created(client, ada)
    assert task.keys() == {"id", "title", "description", "completed", "created_at", "updated_at"}
    assert str(task["created_at"]).endswith("Z")
    one = f"/api/ada/tasks/{task['id']}"
    assert client.get(one, headers=ada).json() == task
    assert client.patch(f"{one}/complete", headers=ada).json()["completed"] is True
    changed = client.put(one, json={"title": "Oats", "description": "Two"}, headers=ada).json()
    assert (changed["title"], changed["description"], changed["completed"]) == ("Oats", "Two", True)
    assert [t["title"] for t in client.get("/api/ada/tasks", headers=ada).json()] == ["Oats"]
    assert client.delete(one, headers=ada).status_code == 204
    assert client.get("/api/ada/tasks", headers=ada).json() == []


def test_nobody_reaches_the_tasks_of_another_user(
    client: httpx.Client, ada: dict[str, str], bob: dict[str, str]
) -> None:
    task = created(client, ada)
    for path in (f"/api/ada/tasks/{task['id']}", f"/api/bob/tasks/{task['id']}"):
        expected = 403 if "/ada/" in path else 404
        answers = [
            client.get(path, headers=bob),
            client.put(path, json={"title": "Mine"}, headers=bob),
            client.patch(f"{path}/complete", headers=bob),
            client.delete(path, headers=bob),
        ]
        assert {answer.status_code for answer in answers} == {expected}
    absent = client.get("/api/bob/tasks/987654", headers=bob)
    foreign = client.get(f"/api/bob/tasks/{task['id']}", headers=bob)
    assert (absent.status_code, absent.content) == (foreign.status_code, foreign.content)
    assert client.get(f"/api/ada/tasks/{task['id']}", headers=ada).json() == task


def test_the_owner_of_a_new_task_is_the_caller_whatever_the_request_says(
    client: httpx.Client, ada: dict[str, str], bob: dict[str, str]
) -> None:
    body = {"title": "Gift", "owner_id": "bob", "user_id": "bob", "id": 77, "completed": True}
    task = client.post("/api/ada/tasks?user_id=bob", json=body, headers=ada).json()
    assert task["completed"] is False
    assert client.get("/api/bob/tasks", headers=bob).json() == []
    assert [t["id"] for t in client.get("/api/ada/tasks", headers=ada).json()] == [task["id"]]


def test_roles_and_permissions_open_the_figures(
    client: httpx.Client, issuer: LocalIssuer, ada: dict[str, str]
) -> None:
    created(client, ada)
    admin, analyst = issuer.headers("root", ["admin"]), issuer.headers("eve", ["analyst"])
    assert client.get("/admin/tasks", headers=admin).json() == {"ada": 1}
    assert client.get("/reports/tasks", headers=analyst).json() == {"total": 1, "completed": 0}
    assert client.get("/reports/tasks", headers=admin).status_code == 200
    assert client.get("/admin/tasks", headers=analyst).json()["code"] == "role_missing"
    assert client.get("/reports/tasks", headers=ada).json()["code"] == "permission_missing"
    assert client.get("/api/me", headers=admin).json() == {"subject": "root", "roles": ["admin"]}
    assert client.get("/health").json() == {"status": "ok"}


def test_an_id_has_one_spelling_and_bounds(client: httpx.Client, ada: dict[str, str]) -> None:
    task = created(client, ada)
    for spelling in ("0", "-1", "1e3", "9" * 30, "x", f"{task['id']}.5"):
        assert client.get(f"/api/ada/tasks/{spelling}", headers=ada).status_code == 422
