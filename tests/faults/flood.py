"""Made-up key ids faster than a server takes requests: straight into the application."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Message, Scope

from authpact.fastapi import CurrentPrincipal, install
from authpact.testing import LocalIssuer
from faults.api_settings import CACHE_SECONDS, COOLDOWN_SECONDS
from faults.keys import CONTRACT
from faults.load import Tally
from faults.programs import Issuer
from faults.row import Row

BATCH = 100
RATE = 10_000
MADE_UP = 2_000
RENEW_SECONDS = 1.0


def _application(url: str) -> FastAPI:
    quick = CONTRACT.keys.model_copy(update={"cache": CACHE_SECONDS, "cooldown": COOLDOWN_SECONDS})
    only = tuple(e for e in CONTRACT.endpoints if e.path == "/me")
    contract = CONTRACT.model_copy(update={"keys": quick, "endpoints": only})
    app = FastAPI()

    @app.get("/me")
    async def me(principal: CurrentPrincipal) -> str:
        return principal.subject

    install(app, contract, environ={CONTRACT.keys.jwks_url_env: url})
    return app


def _scope(token: str) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/me",
        "raw_path": b"/me",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "headers": [(b"authorization", f"Bearer {token}".encode())],
    }


@dataclass
class Flood:
    """Ten thousand forgeries a second, where the machine can, and a valid request in a hundred."""

    app: FastAPI
    signer: LocalIssuer

    def __post_init__(self) -> None:
        self.tally = Tally()
        self._forged = [
            LocalIssuer(CONTRACT, key_id=f"made-up-{number}").token("u1")
            for number in range(MADE_UP)
        ]

    async def ask(self, token: str) -> str:
        statuses: list[str] = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(str(message["status"]))

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        await self.app(_scope(token), receive, send)
        return statuses[0]

    async def run(self, seconds: float, *, forged: bool) -> float:
        """Send until the time is over; return how many forgeries came in a second."""
        self.tally, begun, sent = Tally(), time.monotonic(), 0
        while (spent := time.monotonic() - begun) < seconds:
            token = self.signer.token(f"u{sent % 7}")
            start = time.perf_counter()
            self.tally.valid[await self.ask(token)] += 1
            self.tally.latencies.append(time.perf_counter() - start)
            for number in range(BATCH if forged else 0):
                status = await self.ask(self._forged[(sent + number) % MADE_UP])
                self.tally.forged[status] += 1
            sent += BATCH
            ahead = sent / RATE - spent
            await asyncio.sleep(max(0.0, ahead))
        return sum(self.tally.forged.values()) / (time.monotonic() - begun)


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep a line of log for each forgery from being what is measured."""
    log = logging.getLogger("authpact")
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def unknown_keys_at_speed(folder: Path, seconds: float) -> Row:
    """Ask as fast as ten thousand a second, with the issuer's key set behind real HTTP."""
    issuer = Issuer(CONTRACT, folder)
    issuer.program.start()
    try:
        flood = Flood(_application(issuer.url), issuer.signer)

        async def run() -> tuple[Tally, float, int]:
            await flood.ask(issuer.signer.token("u1"))
            await flood.run(1.0, forged=False)
            quiet, before = flood.tally, issuer.fetches
            rate = await flood.run(seconds, forged=True)
            return quiet, rate, issuer.fetches - before

        with _unlogged():
            quiet, rate, fetches = asyncio.run(run())
    finally:
        issuer.program.kill()
    bound = int(seconds / COOLDOWN_SECONDS + seconds / (CACHE_SECONDS * 0.8)) + 3
    assert fetches <= bound, (fetches, bound)
    measured = f"{rate:.0f} unknown key ids a second, {fetches} fetches (at most {bound})"
    name = "flood of unknown key ids, past the server into the application"
    return Row(name, seconds, quiet, flood.tally, measured=measured)
