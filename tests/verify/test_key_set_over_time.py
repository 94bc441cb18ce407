"""How keys are remembered, fetched again and dropped while the issuer changes or is away.

Requirements: keyset:bounded-refresh, keyset:unavailable.
"""

import asyncio
import socket
import time
from contextlib import suppress

import pytest
from raw_issuer import NOW, answering, body_of, entry_of, whole

from authpact import Contract, Verifier
from authpact.errors import KeysUnavailable, TokenInvalid
from authpact.testing import LocalIssuer
from authpact.verify import KeySet, UnknownKey


@pytest.fixture(scope="module")
def signer() -> LocalIssuer:
    contract = Contract.model_validate(
        {"token": {"mode": "jwks", "algorithm": "ES256"}, "keys": {"timeout": 1}}
    )
    return LocalIssuer(contract, clock=lambda: NOW)


class Issuer:
    """An issuer that can be switched off, and counts."""

    def __init__(self, signer: LocalIssuer) -> None:
        self.entries: list[object] = [entry_of(signer)]
        self.up = True
        self.fetches = 0

    def __call__(self, connection: socket.socket) -> None:
        self.fetches += 1
        if self.up:
            whole(body_of(*self.entries))(connection)


def test_a_remembered_token_does_not_outlive_the_keys_behind_it(signer: LocalIssuer) -> None:
    policy = signer.contract.keys.model_copy(update={"cache": 30, "stale_if_error": 60})
    contract = signer.contract.model_copy(update={"keys": policy})
    issuer = Issuer(signer)
    with answering(issuer) as url:
        keys = KeySet(contract, url)
        verifier = Verifier(contract, keys)
        asyncio.run(keys.refresh(NOW))
        token = signer.token()
        assert verifier.verify(token, NOW)
        issuer.up = False
        for moment in (31, 60, 89):
            asyncio.run(keys.refresh(NOW + moment))
            assert verifier.verify(token, NOW + moment)
        asyncio.run(keys.refresh(NOW + 91))
        with pytest.raises(KeysUnavailable):
            verifier.verify(token, NOW + 91)
        issuer.up = True
        asyncio.run(keys.refresh(NOW + 100))
        assert verifier.verify(token, NOW + 100)


def test_a_removed_key_ends_remembered_tokens_at_the_next_fetch(signer: LocalIssuer) -> None:
    issuer = Issuer(signer)
    with answering(issuer) as url:
        keys = KeySet(signer.contract, url)
        verifier = Verifier(signer.contract, keys)
        asyncio.run(keys.refresh(NOW))
        token = signer.token()
        verifier.verify(token, NOW)
        issuer.entries = [entry_of(LocalIssuer(signer.contract, key_id="next"))]
        asyncio.run(keys.refresh(NOW + 240))
        with pytest.raises(TokenInvalid):
            verifier.verify(token, NOW + 240)


def test_keys_are_fetched_before_they_are_too_old(signer: LocalIssuer) -> None:
    with answering(Issuer(signer)) as url:
        keys = KeySet(signer.contract, url)
        asyncio.run(keys.refresh(NOW))
        assert not keys.due(NOW + 239)
        assert keys.due(NOW + 240)


def test_a_new_key_is_found_at_once_after_a_fetch_that_nobody_asked_for(
    signer: LocalIssuer,
) -> None:
    issuer, new = Issuer(signer), LocalIssuer(signer.contract, key_id="new")
    with answering(issuer) as url:
        keys = KeySet(signer.contract, url)
        asyncio.run(keys.refresh(NOW))
        issuer.entries.append(entry_of(new))
        with pytest.raises(UnknownKey):
            keys.find("new", NOW + 1)
        asyncio.run(keys.refresh(NOW + 1))
        assert keys.find("new", NOW + 1)


def test_a_clock_that_is_set_back_does_not_stop_the_fetching(signer: LocalIssuer) -> None:
    issuer = Issuer(signer)
    with answering(issuer) as url:
        keys = KeySet(signer.contract, url)
        asyncio.run(keys.refresh(NOW))
        earlier = NOW - 86400
        assert keys.find(signer.key_id, earlier)
        assert keys.due(earlier)
        assert asyncio.run(keys.refresh(earlier)) is True
        assert not keys.due(earlier + 1)


def test_keys_are_fetched_again_without_any_request(signer: LocalIssuer) -> None:
    policy = signer.contract.keys.model_copy(update={"cache": 1, "cooldown": 1})
    contract = signer.contract.model_copy(update={"keys": policy})
    issuer = Issuer(signer)

    async def idle() -> None:
        keys = KeySet(contract, url)
        await keys.refresh(time.time())  # noqa: TID251  # real time
        issuer.up = False
        await asyncio.sleep(1.2)
        issuer.up = True
        await asyncio.sleep(1)

    with answering(issuer) as url:
        asyncio.run(idle())
    assert 3 <= issuer.fetches <= 5


def test_a_fetch_does_not_hold_up_the_event_loop(signer: LocalIssuer) -> None:
    many = [entry_of(LocalIssuer(signer.contract, key_id=f"k{n}")) for n in range(300)]

    async def longest_gap() -> float:
        keys = KeySet(signer.contract, url)
        task = asyncio.create_task(keys.refresh(NOW))
        longest, last = 0.0, time.perf_counter()
        while not task.done():
            await asyncio.sleep(0.001)
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
        assert await task
        return longest

    with answering(whole(body_of(*many))) as url:
        assert asyncio.run(longest_gap()) < 0.1


def test_an_id_that_the_issuer_does_not_know_uses_up_one_fetch_and_not_all(
    signer: LocalIssuer,
) -> None:
    issuer, new = Issuer(signer), LocalIssuer(signer.contract, key_id="new")
    with answering(issuer) as url:
        keys = KeySet(signer.contract, url)
        asyncio.run(keys.refresh(NOW))
        with pytest.raises(UnknownKey):
            keys.find("withdrawn", NOW + 1)
        asyncio.run(keys.refresh(NOW + 1))
        with pytest.raises(TokenInvalid) as absent:
            keys.find("withdrawn", NOW + 40)
        assert not isinstance(absent.value, UnknownKey)
        issuer.entries.append(entry_of(new))
        with pytest.raises(UnknownKey):
            keys.find("new", NOW + 41)
        asyncio.run(keys.refresh(NOW + 41))
        assert keys.find("new", NOW + 41)


def test_an_absent_key_is_found_once_the_issuer_has_it(signer: LocalIssuer) -> None:
    issuer, late = Issuer(signer), LocalIssuer(signer.contract, key_id="late")
    with answering(issuer) as url:
        keys = KeySet(signer.contract, url)
        asyncio.run(keys.refresh(NOW))
        with pytest.raises(UnknownKey):
            keys.find("late", NOW + 1)
        asyncio.run(keys.refresh(NOW + 1))
        issuer.entries.append(entry_of(late))
        asyncio.run(keys.refresh(NOW + 241))
        assert keys.find("late", NOW + 241)


def test_a_flood_of_made_up_ids_is_bounded_in_fetches_and_memory(signer: LocalIssuer) -> None:
    issuer = Issuer(signer)

    async def flood() -> None:
        for number in range(10_000):
            with suppress(UnknownKey):
                keys.find(f"made-up-{number}", NOW + 1)
            await keys.refresh(NOW + 1 + number / 1000)

    with answering(issuer) as url:
        keys = KeySet(signer.contract, url)
        asyncio.run(keys.refresh(NOW))
        asyncio.run(flood())
        for moment in range(31, 331, 30):
            asyncio.run(keys.refresh(NOW + moment))
    assert issuer.fetches <= 13
    assert len(keys._wanted) + len(keys._absent) <= 2048
