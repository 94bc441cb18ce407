"""The page about running an API, executed as it stands."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from authpact import load
from authpact.testing import LocalIssuer

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "operate-an-api.md"
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], FastAPI]:
    files = dict(BLOCK.findall(PAGE.read_text("utf-8")))
    (tmp_path / "authpact.toml").write_text(files["authpact.toml"], "utf-8")
    monkeypatch.chdir(tmp_path)

    def build() -> FastAPI:
        space: dict[str, object] = {}
        exec(compile(files["main.py"], "main.py", "exec"), space)
        app = space["app"]
        assert isinstance(app, FastAPI)
        return app

    return build


@pytest.fixture
def issuer(page: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalIssuer]:
    found = LocalIssuer(load("authpact.toml"))
    with found.serving() as environ:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        yield found


def test_the_page_is_ready_once_it_has_keys_and_ends_what_is_open(
    page: Callable[[], FastAPI],
    issuer: LocalIssuer,
    serve: Callable[[object], AbstractContextManager[str]],
) -> None:
    with serve(page()) as url, httpx.Client(base_url=url, timeout=10) as client:
        until = time.monotonic() + 5
        while client.get("/ready").status_code != 200 and time.monotonic() < until:
            time.sleep(0.05)
        assert client.get("/ready").json() == "ready"
        with client.stream("GET", "/events", headers=issuer.headers("u1")) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "data: tick"
            token = issuer.logout_token("session-of-u1")
            path = issuer.contract.revocation.path
            assert client.post(path, data={"logout_token": token}).status_code == 200
            assert set(lines) == {"data: tick", ""}


def test_the_socket_of_the_page_answers_and_closes(
    page: Callable[[], FastAPI], issuer: LocalIssuer
) -> None:
    with (
        TestClient(page()) as client,
        client.websocket_connect("/live", headers=issuer.headers("u1")) as live,
    ):
        live.send_text("hello")
        assert live.receive_text() == "u1: hello"
        token = issuer.logout_token("session-of-u1")
        client.post(issuer.contract.revocation.path, data={"logout_token": token})
        with pytest.raises(WebSocketDisconnect) as closed:
            live.receive_text()
    assert (closed.value.code, closed.value.reason) == (1008, "token_revoked")


def test_without_an_issuer_the_page_answers_503(
    page: Callable[[], FastAPI], issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(issuer.contract.keys.jwks_url_env, "http://127.0.0.1:9/jwks")
    with TestClient(page()) as client:
        for path in ("/ready", "/events"):
            answer = client.get(path, headers=issuer.headers("u1"))
            assert (answer.status_code, answer.json()["code"]) == (503, "keys_unavailable")
            assert int(answer.headers["retry-after"]) > 0
