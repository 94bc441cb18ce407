"""The shared revocation store against a real server: session:token-after-sign-out."""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable

import pytest
from redis import Redis

from authpact import Contract, Principal, Verifier
from authpact.errors import ConfigurationError, KeysUnavailable
from authpact.testing import LocalIssuer
from authpact.verify import ForgottenError, Logout, RedisRevocations, RemoteRevocations, deploy
from lab.redis_server import RedisServer

NOW = 1_800_000_000.0
LIFE = 920
AUDIENCE = "http://localhost:8000"


@pytest.fixture
def store(redis_server: RedisServer) -> RedisRevocations:
    store = RedisRevocations(redis_server.url, AUDIENCE, LIFE)
    asyncio.run(store.open(NOW - 1000))
    return store


def principal(subject: str = "u1", session: str = "s1", issued: float = NOW) -> Principal:
    issuer = LocalIssuer(Contract(), clock=lambda: issued)
    verifier = Verifier(issuer.contract, issuer.keys)
    return verifier.verify(issuer.token(subject, sid=session), issued)


def ask(store: RemoteRevocations, who: Principal, now: float = NOW) -> bool:
    return asyncio.run(store.is_revoked(who, now))


def test_an_ended_session_is_known_to_every_process(
    store: RedisRevocations, redis_server: RedisServer
) -> None:
    other = RedisRevocations(redis_server.url, AUDIENCE, LIFE)
    assert not ask(other, principal())
    asyncio.run(store.revoke(Logout("s1", "u1", NOW), NOW))
    assert ask(other, principal())
    assert not ask(other, principal(session="s2"))


def test_a_subject_is_signed_out_of_everything_so_far(store: RedisRevocations) -> None:
    asyncio.run(store.revoke(Logout(None, "u1", NOW), NOW))
    asyncio.run(store.revoke(Logout(None, "u1", NOW - 60), NOW))
    assert ask(store, principal(session="s7"))
    assert ask(store, principal(session="s7", issued=NOW - 30))
    assert not ask(store, principal(issued=NOW + 1))
    assert not ask(store, principal("u2"))


def test_another_api_has_its_own_memory(store: RedisRevocations, redis_server: RedisServer) -> None:
    other = RedisRevocations(redis_server.url, "https://other.example", LIFE)
    asyncio.run(other.open(NOW - 1000))
    asyncio.run(store.revoke(Logout("s1", None, NOW), NOW))
    assert not ask(other, principal())


def test_names_are_unreadable_and_entries_end(
    store: RedisRevocations, redis_server: RedisServer
) -> None:
    asyncio.run(store.revoke(Logout("session-of-ann", None, NOW), NOW))
    asyncio.run(store.revoke(Logout(None, "ann", NOW), NOW))
    with Redis.from_url(redis_server.url) as redis:
        names = [name.decode() for name in redis.scan_iter("*")]
        lives = sorted(redis.ttl(name) for name in names)
    assert not any("ann" in name or AUDIENCE in name for name in names)
    assert lives[0] == -1
    assert all(LIFE - 5 <= life <= LIFE for life in lives[1:])
    assert len(lives) == 3


def test_a_server_that_was_emptied_revives_no_session(
    store: RedisRevocations, redis_server: RedisServer
) -> None:
    asyncio.run(store.revoke(Logout("s1", None, NOW), NOW))
    redis_server.kill()
    with pytest.raises(KeysUnavailable):
        ask(store, principal())
    redis_server.start()
    with pytest.raises(ForgottenError):
        ask(store, principal(), NOW + 5)
    assert not ask(store, principal(session="s2", issued=NOW + 5), NOW + 6)


def test_a_server_that_keeps_its_data_comes_back_as_it_was(
    redis_server: RedisServer, store: RedisRevocations
) -> None:
    redis_server.kill()
    redis_server.persistent = True
    redis_server.start()
    asyncio.run(store.open(NOW - 1000))
    asyncio.run(store.revoke(Logout("s1", None, NOW), NOW))
    redis_server.kill()
    redis_server.start()
    assert ask(store, principal())
    assert not ask(store, principal(session="s2"))


def test_a_dead_connection_is_replaced_without_a_refusal(redis_server: RedisServer) -> None:
    async def across_a_restart() -> bool:
        store = RedisRevocations(redis_server.url, AUDIENCE, LIFE)
        await store.open(NOW)
        await asyncio.to_thread(redis_server.kill)
        await asyncio.to_thread(redis_server.start)
        return await store.is_revoked(principal(issued=NOW + 1), NOW + 1)

    assert asyncio.run(across_a_restart()) is False


def test_a_server_that_hangs_costs_one_wait_and_not_one_for_each_request(
    redis_server: RedisServer,
) -> None:
    async def many() -> tuple[float, float, bool]:
        store = RedisRevocations(redis_server.url, AUDIENCE, LIFE)
        await store.open(NOW)
        redis_server.signal(signal.SIGSTOP)
        first = await refused(store.is_revoked(principal(), NOW))
        begun = time.monotonic()
        for _ in range(100):
            await refused(store.is_revoked(principal(), NOW))
        rest = time.monotonic() - begun
        redis_server.signal(signal.SIGCONT)
        await asyncio.sleep(0.6)
        return first, rest, await store.is_revoked(principal(), NOW)

    async def refused(asked: Awaitable[bool]) -> float:
        begun = time.monotonic()
        with pytest.raises(KeysUnavailable):
            await asked
        return time.monotonic() - begun

    first, rest, revoked = asyncio.run(many())
    assert 0.4 < first < 0.9
    assert rest < 0.5
    assert revoked is False


def contract_with(**revocation: str) -> Contract:
    return Contract.model_validate(
        {"revocation": {"mode": "backchannel", "store": "redis", **revocation}}
    )


def deployed(contract: Contract, url: str) -> RemoteRevocations:
    issuer = LocalIssuer(contract)
    store = deploy(contract, {**issuer.environ, "REDIS_URL": url}).revocations
    assert isinstance(store, RemoteRevocations)
    return store


def test_a_store_that_is_away_refuses_or_accepts_as_the_contract_says(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    closed = deployed(contract_with(), redis_server.url)
    opened = deployed(contract_with(when_unavailable="accept"), redis_server.url)
    redis_server.kill()
    with pytest.raises(KeysUnavailable):
        ask(closed, principal())
    with caplog.at_level(logging.ERROR, "authpact"):
        for second in range(12):
            assert ask(opened, principal(), NOW + second) is False
    assert len(caplog.records) == 2
    assert "11 tokens so far" in caplog.text
    with pytest.raises(KeysUnavailable):
        asyncio.run(opened.revoke(Logout("s1", None, NOW), NOW))


def test_an_accepting_api_still_refuses_what_the_store_knows(redis_server: RedisServer) -> None:
    opened = deployed(contract_with(when_unavailable="accept"), redis_server.url)
    asyncio.run(opened.open(NOW))
    asyncio.run(opened.revoke(Logout("s1", None, NOW), NOW))
    assert ask(opened, principal())
    assert ask(opened, principal(session="s2", issued=NOW - 1)) is False


@pytest.mark.parametrize(
    "address", [lambda: "http://localhost", lambda: "localhost:6379", lambda: " "]
)
def test_an_address_of_another_kind_is_refused(address: Callable[[], str]) -> None:
    contract = contract_with()
    issuer = LocalIssuer(contract)
    with pytest.raises(ConfigurationError, match="REDIS_URL"):
        deploy(contract, {**issuer.environ, "REDIS_URL": address()})
