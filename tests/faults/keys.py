"""Faults of the issuer and its key set, of clocks and of strangers who make keys up."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from authpact import Contract
from authpact.testing import LocalIssuer
from faults.api_settings import CACHE_SECONDS, COOLDOWN_SECONDS
from faults.load import Load, Tally
from faults.programs import LOCAL, Api, Issuer
from faults.row import Row

WARM_SECONDS = 1.0
QUIET_SECONDS = 2.0
REQUEST_SECONDS = 0.5
"""A request that was under way when a window ended."""
CONTRACT = Contract.model_validate(
    {
        "token": {"mode": "jwks", "algorithm": "EdDSA", "leeway": 10},
        "keys": {"timeout": 1},
        "endpoints": [
            {"method": "GET", "path": "/me", "access": "authenticated"},
            {"method": "GET", "path": "/pid", "access": "public"},
        ],
    }
)


@contextmanager
def running(folder: Path) -> Iterator[tuple[Issuer, Api]]:
    """Run an issuer and an API that trusts it."""
    issuer = Issuer(CONTRACT, folder)
    api = Api(CONTRACT, {CONTRACT.keys.jwks_url_env: issuer.url}, folder)
    try:
        issuer.program.start()
        api.program.start()
        yield issuer, api
    finally:
        api.program.kill()
        issuer.program.kill()


async def loaded(load: Load, fault: Callable[[], None], seconds: float) -> tuple[Tally, Tally]:
    """Return what was seen when quiet, and under the fault."""
    await load.during(lambda: None, WARM_SECONDS)
    quiet = await load.during(lambda: None, QUIET_SECONDS)
    return quiet, await load.during(fault, seconds)


def _under(
    folder: Path,
    name: str,
    seconds: float,
    fault: Callable[[Issuer], None],
    *,
    unknown_ids: bool = True,
) -> Row:
    with running(folder) as (issuer, api):
        load = Load(api.url, lambda: issuer.signer, unknown_ids=unknown_ids)
        before = issuer.fetches
        quiet, seen = asyncio.run(loaded(load, lambda: fault(issuer), seconds))
        fetched = f"{issuer.fetches - before} fetches"
    return Row(name, seconds, quiet, seen, measured=fetched)


def issuer_killed(folder: Path, seconds: float) -> Row:
    """Kill the issuer with SIGKILL and start it again after two thirds of the time."""

    def fault(issuer: Issuer) -> None:
        issuer.program.kill()
        time.sleep(seconds * 2 / 3)
        issuer.program.start()

    return _under(folder, "issuer killed, later started again", seconds, fault)


BEHAVIOURS = {
    "hang": "key set hangs",
    "drip": "key set sends a byte at a time",
    "huge": "key set of 50 MB",
    "garbage": "key set is an HTML page",
    "error": "key set answers 500",
}


def key_set_bad(mode: str) -> Callable[[Path, float], Row]:
    """Let the key set misbehave while the keys grow stale."""

    def scenario(folder: Path, seconds: float) -> Row:
        return _under(folder, BEHAVIOURS[mode], seconds, lambda issuer: issuer.behave(mode))

    return scenario


def rotation(folder: Path, seconds: float) -> Row:
    """Sign with a new key every three seconds; the last key stays published beside it."""
    row, _ = _rotating(folder, seconds, unknown_ids=False)
    return row


def rotation_under_attack(folder: Path, seconds: float) -> Row:
    """Rotate while a stranger uses up every fetch that unknown key ids may cause."""
    row, moments = _rotating(folder, seconds, unknown_ids=True)
    window = COOLDOWN_SECONDS + REQUEST_SECONDS
    outside = sum(
        not any(0 <= lost - moment < window for moment in moments) for lost in row.seen.lost_at
    )
    return replace(
        row,
        fault="key rotation every 3 s, made-up key ids all the time",
        window=f"one cooldown after a rotation ({COOLDOWN_SECONDS} s here)",
        lost_outside=outside,
    )


def _rotating(folder: Path, seconds: float, *, unknown_ids: bool) -> tuple[Row, list[float]]:
    moments: list[float] = []

    def fault(issuer: Issuer) -> None:
        for number in range(max(1, int(seconds // 3))):
            moments.append(time.monotonic())
            issuer.rotate(f"key-{number + 2}")
            time.sleep(3)

    name = "key rotation every 3 s"
    return _under(folder, name, seconds, fault, unknown_ids=unknown_ids), moments


def skew(offset: int) -> Callable[[Path, float], Row]:
    """Let the clock of the issuer be wrong by less than the leeway."""

    def scenario(folder: Path, seconds: float) -> Row:
        def fault(issuer: Issuer) -> None:
            issuer.signer = LocalIssuer(
                CONTRACT,
                key_id="skewed",
                clock=lambda: time.time() + offset,  # noqa: TID251
            )
            issuer.publish(issuer.signer)

        fast = "ahead" if offset > 0 else "behind"
        name = f"issuer's clock {abs(offset)} s {fast} (leeway {CONTRACT.token.leeway} s)"
        with running(folder) as (issuer, api):
            fault(issuer)
            time.sleep(CACHE_SECONDS)
            load = Load(api.url, lambda: issuer.signer)
            quiet, seen = asyncio.run(loaded(load, lambda: None, seconds))
        return Row(name, seconds, quiet, seen)

    return scenario


def unknown_keys(folder: Path, seconds: float) -> Row:
    """Send tokens with made-up key ids as fast as four connections can."""
    with running(folder) as (issuer, api):
        load = Load(api.url, lambda: issuer.signer)
        pieces = [
            LocalIssuer(CONTRACT, key_id=f"made-up-{n}").token("u1").encode() for n in range(50)
        ]

        async def flood() -> tuple[Tally, Tally, int, int, float]:
            await load.during(lambda: None, WARM_SECONDS)
            quiet = await load.during(lambda: None, QUIET_SECONDS)
            before, begun = issuer.fetches, time.monotonic()
            until = begun + seconds
            senders = [asyncio.create_task(_pipeline(api.port, pieces, until)) for _ in range(4)]
            seen = await load.during(lambda: None, seconds)
            sent = sum(await asyncio.gather(*senders))
            return quiet, seen, sent, issuer.fetches - before, time.monotonic() - begun

        quiet, seen, sent, fetches, took = asyncio.run(flood())
    bound = int(took / COOLDOWN_SECONDS + took / (CACHE_SECONDS * 0.8)) + 3
    assert fetches <= bound, (fetches, bound)
    seen.forged["401"] += sent
    measured = f"{sent / took:.0f} unknown key ids a second, {fetches} fetches (at most {bound})"
    return Row("flood of unknown key ids", seconds, quiet, seen, measured=measured)


async def _pipeline(port: int, tokens: list[bytes], until: float) -> int:
    """Send batches over one connection and count the 401s. Raises where anything else comes."""
    reader, writer = await asyncio.open_connection(LOCAL, port)
    head = b"GET /me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer "
    batch = b"".join(head + token + b"\r\n\r\n" for token in tokens)
    count = 0
    while time.monotonic() < until:
        writer.write(batch)
        for _ in tokens:
            status = await reader.readline()
            if b" 401 " not in status:
                raise AssertionError(status)
            length = 0
            while (line := await reader.readline()).strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            await reader.readexactly(length)
            count += 1
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return count


def bad_headers(folder: Path, seconds: float) -> Row:
    """Hold 200 connections open with headers that drip, and send credentials of 9 KB and 1 MB."""
    with running(folder) as (issuer, api):
        load = Load(api.url, lambda: issuer.signer)

        async def attack() -> tuple[Tally, Tally, str]:
            await load.during(lambda: None, WARM_SECONDS)
            quiet = await load.during(lambda: None, QUIET_SECONDS)
            until = time.monotonic() + seconds
            slow = [asyncio.create_task(_drip(api.port, until)) for _ in range(200)]
            long = [asyncio.create_task(_long(api.port, size)) for size in (9_000, 1_000_000)]
            seen = await load.during(lambda: None, seconds)
            answers = await asyncio.gather(*long)
            await asyncio.gather(*slow)
            return quiet, seen, f"9 KB: {answers[0]}, 1 MB: {answers[1]}"

        quiet, seen, measured = asyncio.run(attack())
    return Row("200 connections with slow headers; long credentials", seconds, quiet, seen,
               measured=measured)  # fmt: skip


async def _drip(port: int, until: float) -> None:
    _, writer = await asyncio.open_connection(LOCAL, port)
    with suppress(OSError):
        writer.write(b"GET /me HTTP/1.1\r\nauthorization: Bearer ")
        while time.monotonic() < until:
            writer.write(b"a")
            await asyncio.sleep(0.5)
    writer.close()


async def _long(port: int, size: int) -> str:
    reader, writer = await asyncio.open_connection(LOCAL, port)
    try:
        writer.write(b"GET /me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ")
        writer.write(b"a" * size + b"\r\n\r\n")
        line = await asyncio.wait_for(reader.readline(), 5)
    except (OSError, TimeoutError):
        return "broken"
    finally:
        writer.close()
    return line.decode().split(" ")[1] if line else "broken"
