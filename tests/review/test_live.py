"""An imported application tells its routes exactly, from another process."""

from pathlib import Path

import pytest

from authpact.errors import AuthpactError
from authpact.review import Facts, findings_in, live_routes, read_tree

APP = """\
from fastapi import APIRouter, Depends, FastAPI

app = FastAPI()
made = APIRouter()


def who():
    return "somebody"


def require_user():
    return "somebody"


@made.get("/tasks")
def tasks(db=Depends(who)): ...


@made.get("/never")
def never(): ...


@app.get("/open")
def opened(db=Depends(who)): ...


for guard in (require_user,):
    app.add_api_route("/api/tasks", tasks, dependencies=[Depends(guard)])
"""


def project(root: Path, text: str = APP) -> Path:
    (root / "api").mkdir()
    (root / "api" / "served.py").write_text(text)
    return root


def unprotected(root: Path, *, imported: bool) -> set[int]:
    live = live_routes(root, "served:app") if imported else ()
    found = findings_in(Facts(read_tree(root), live), ["unprotected-endpoint"])
    return {f.location.line for f in found}


def test_routes_that_only_the_live_application_knows_are_seen(tmp_path: Path) -> None:
    rows = live_routes(project(tmp_path), "served:app")
    tasks = next(r for r in rows if r.path == "/api/tasks")
    assert (tasks.file, tasks.dependencies) == ("api/served.py", ("require_user", "who"))


def test_a_route_that_is_protected_at_run_time_only_is_no_finding(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        APP.replace("app.add_api_route", "app.include_router(made)\n    app.add_api_route"),
    )
    assert 16 in unprotected(root, imported=False)
    (root / "api" / "served.py").write_text(APP)
    assert unprotected(root, imported=True) == {24}


def test_an_application_that_wants_the_network_is_refused_it(tmp_path: Path) -> None:
    root = project(tmp_path, "import socket\nsocket.create_connection(('127.0.0.1', 9))\n")
    with pytest.raises(AuthpactError, match="no network"):
        live_routes(root, "served:app")


def test_an_application_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AuthpactError, match="cannot be imported"):
        live_routes(tmp_path, "nowhere:app")
