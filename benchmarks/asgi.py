"""A request through FastAPI in this process: what each guard adds to the route."""

import asyncio
import gc
import statistics
import time
import uuid
from collections.abc import Sequence
from typing import Final

import apps
import peers
from fastapi import FastAPI
from starlette.types import Message, Scope
from timing import Row, percentile, row, table

ROUNDS: Final = 25
REQUESTS: Final = 300
FLOODED: Final = 3_000
UNGUARDED: Final = "unguarded route"
EMPTY: Final = "one empty dependency"


def _scope(token: str) -> Scope:
    headers = [
        (b"host", b"localhost"),
        (b"accept", b"*/*"),
        (b"user-agent", b"benchmark"),
        (b"authorization", f"Bearer {token}".encode()),
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": apps.PATH,
        "raw_path": apps.PATH.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


async def _receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def ask(app: FastAPI, token: str, status: int = 200) -> float:
    """Send one request and return its microseconds; another status than this one is an error."""
    scope = _scope(token)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != status:
            raise RuntimeError(f"{message['status']} instead of {status}")

    start = time.perf_counter()
    await app(scope, _receive, send)
    return (time.perf_counter() - start) * 1e6


async def _rounds(cases: dict[str, tuple[FastAPI, Sequence[str]]]) -> dict[str, list[list[float]]]:
    """Take the cases in turn, so that a disturbance meets all of them."""
    taken: dict[str, list[list[float]]] = {name: [] for name in cases}
    for number in range(ROUNDS):
        for name, (app, tokens) in cases.items():
            few = tokens[number * REQUESTS : (number + 1) * REQUESTS] or tokens
            taken[name].append([await ask(app, few[i % len(few)]) for i in range(REQUESTS)])
    return taken


def rows(algorithm: str) -> dict[str, Row]:
    """Measure one algorithm; `hot` tokens were seen before, `cold` ones never."""
    issuer = peers.issuer_of(algorithm)
    hot = [issuer.token(f"user-{n}") for n in range(50)]
    cases = {
        UNGUARDED: (apps.unguarded(issuer), hot),
        EMPTY: (apps.empty(issuer), hot),
    }
    for name, build in apps.guarded(algorithm).items():
        cases[name] = (build(issuer), hot)
    cold = [issuer.token(uuid.uuid4().hex) for _ in range(ROUNDS * REQUESTS)]
    cases["authpact, token new"] = (apps.authpact(issuer), cold)
    taken = asyncio.run(_rounds(cases))
    return {
        name: row(name, [statistics.median(one) for one in rounds])
        for name, rounds in taken.items()
    }


def added(found: dict[str, Row], name: str) -> float:
    """Return the microseconds that a guard adds to the unguarded route."""
    return found[name].best - found[UNGUARDED].best


def section(algorithm: str, found: dict[str, Row]) -> str:
    """Write the table of one algorithm."""
    ours, least = added(found, "authpact"), added(found, EMPTY)
    return table(
        (f"{algorithm}, FastAPI in process", "µs a request", "µs added", "÷ empty", "÷ authpact"),
        [
            (
                name,
                f"{r.best:.1f}",
                f"{added(found, name):.1f}",
                f"{added(found, name) / least:.1f}",
                f"{added(found, name) / ours:.1f}",
            )
            for name, r in found.items()
        ],
    )


async def _flood(forged_for_each: int) -> list[float]:
    issuer = peers.issuer_of("EdDSA")
    app = apps.authpact(issuer)
    tokens = [issuer.token(f"user-{n}") for n in range(50)]
    forged = [
        issuer.token(uuid.uuid4().hex).rpartition(".")[0] + "." + "A" * 86
        for _ in range(FLOODED * forged_for_each)
    ]
    gc.collect()
    gc.freeze()
    taken = []
    for number in range(FLOODED):
        for _ in range(forged_for_each):
            await ask(app, forged.pop(), 401)
        taken.append(await ask(app, tokens[number % len(tokens)]))
    return taken[len(tokens) :]


def flood() -> tuple[float, float]:
    """Return the p99 of valid requests alone, and with nine forged ones before each of them."""
    quiet, flooded = asyncio.run(_flood(0)), asyncio.run(_flood(9))
    return percentile(quiet, 0.99), percentile(flooded, 0.99)
