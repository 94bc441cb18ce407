"""Faults of an API of two processes: one is killed, sessions end, the shared store goes away."""

import asyncio
import os
import signal
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authpact import Contract
from authpact.testing import LocalIssuer
from faults.keys import loaded
from faults.load import Load
from faults.programs import Api
from faults.row import Row
from lab.redis_server import RedisServer

SIGN_OUTS = 20
SETTLE_SECONDS = 2.0
"""After the store is back: the longest pause of the API plus the oldest token of the load."""

CONTRACT = Contract.model_validate(
    {
        "revocation": {"mode": "backchannel", "store": "redis"},
        "endpoints": [
            {"method": "GET", "path": "/me", "access": "authenticated"},
            {"method": "GET", "path": "/pid", "access": "public"},
        ],
    }
)


@contextmanager
def running(folder: Path) -> Iterator[tuple[LocalIssuer, Api, RedisServer]]:
    """Run two workers that share a store."""
    store, issuer = RedisServer(folder), LocalIssuer(CONTRACT)
    store.start()
    api = Api(CONTRACT, {**issuer.environ, "REDIS_URL": store.url}, folder, workers=2)
    try:
        api.program.start()
        _two_of(api)
        yield issuer, api, store
    finally:
        api.program.kill()
        store.kill()


def _two_of(api: Api) -> set[int]:
    """Return the workers once there are two. Raises where there are not, in time."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = api.workers()
        if len(found) == 2:
            return found
        time.sleep(0.2)
    raise AssertionError("there are not two workers")


def worker_killed(folder: Path, seconds: float) -> Row:
    """Kill one of two workers with SIGKILL; uvicorn starts another."""
    with running(folder) as (issuer, api, _):
        load = Load(api.url, lambda: issuer)
        before = api.workers()
        killed: list[float] = []

        def fault() -> None:
            time.sleep(1)
            os.kill(min(before), signal.SIGKILL)
            killed.append(time.monotonic())

        quiet, seen = asyncio.run(loaded(load, fault, seconds))
        after = _two_of(api)
    outside = sum(not 0 <= moment - killed[0] < 1 for moment in seen.lost_at)
    return Row(
        "one of two workers killed", seconds, quiet, seen,
        "requests in flight on that worker, 1 s",
        f"{len(before)} workers before, {len(after)} after, {len(after - before)} new",
        outside,
    )  # fmt: skip


def store_killed(folder: Path, seconds: float) -> Row:
    """Kill the store, which keeps nothing, and start it empty; ended sessions stay ended."""
    with running(folder) as (issuer, api, store):
        load = Load(api.url, lambda: issuer)
        ended = [issuer.token(f"u{n}", sid=f"ended-{n}") for n in range(5)]
        for number in range(5):
            _sign_out(api, issuer, f"ended-{number}")
        load.extra_forgeries = ended
        window: list[float] = []

        def fault() -> None:
            time.sleep(1)
            window.append(time.monotonic())
            store.kill()
            time.sleep(seconds / 3)
            store.start()
            window.append(time.monotonic() + SETTLE_SECONDS)

        quiet, seen = asyncio.run(loaded(load, fault, seconds))
    outside = sum(not window[0] <= moment < window[1] for moment in seen.lost_at)
    down = window[1] - window[0] - SETTLE_SECONDS
    return Row(
        "revocation store killed, started again empty", seconds, quiet, seen,
        f"while it is down, and {SETTLE_SECONDS:.0f} s: 503, then one `token_expired`",
        f"down for {down:.1f} s; the forgeries are tokens of ended sessions", outside,
    )  # fmt: skip


def sign_out(folder: Path, seconds: float) -> Row:
    """Measure the time from a logout token to a 401 of both workers, under load."""
    with running(folder) as (issuer, api, _):
        load = Load(api.url, lambda: issuer)
        times: list[float] = []

        def fault() -> None:
            for number in range(SIGN_OUTS):
                times.append(_until_refused(api, issuer, f"session-{number}"))
                time.sleep(max(0.0, seconds / SIGN_OUTS - times[-1]))

        quiet, seen = asyncio.run(loaded(load, fault, seconds))
    middle, longest = statistics.median(times) * 1000, max(times) * 1000
    return Row(
        "sign-out, two workers", seconds, quiet, seen,
        measured=f"sign-out to 401 on every worker: median {middle:.0f} ms, "
        f"longest {longest:.0f} ms, of {SIGN_OUTS}",
    )  # fmt: skip


def _sign_out(api: Api, issuer: LocalIssuer, session: str) -> None:
    path = f"{api.url}{CONTRACT.revocation.path}"
    answer = api.http.post(path, data={"logout_token": issuer.logout_token(session)})
    answer.raise_for_status()


def _until_refused(api: Api, issuer: LocalIssuer, session: str) -> float:
    """Return the seconds from the sign-out until six connections in a row are refused."""
    headers = {"Authorization": f"Bearer {issuer.token('u1', sid=session)}"}
    assert api.http.get(f"{api.url}/me", headers=headers).status_code == 200
    begun = last = time.monotonic()
    _sign_out(api, issuer, session)
    refused = 0
    while refused < 6:
        if time.monotonic() - begun > 10:
            raise AssertionError("the session is still accepted")
        accepted = api.http.get(f"{api.url}/me", headers=headers).status_code == 200
        refused = 0 if accepted else refused + 1
        if refused == 1:
            last = time.monotonic()
    return last - begun
