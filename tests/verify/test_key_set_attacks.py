"""What an issuer, or who stands in for it, may send: none of it opens, blocks or breaks the API.

Requirements: keyset:source, keyset:usable-keys, keyset:bounded-refresh, keyset:unavailable.
"""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from authpact import Contract, Verifier
from authpact.errors import KeysUnavailable, TokenInvalid
from authpact.testing import LocalIssuer
from authpact.verify import KeySet, UnknownKey

NOW = 1_800_000_000.0
HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"
Answer = Callable[[socket.socket], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Serve raw bytes: one call of `answer` for each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            answer(connection)

    def run() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/jwks"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture(scope="module")
def signer() -> LocalIssuer:
    contract = Contract.model_validate(
        {"token": {"mode": "jwks", "algorithm": "ES256"}, "keys": {"timeout": 1}}
    )
    return LocalIssuer(contract, clock=lambda: NOW)


def body_of(*entries: object) -> bytes:
    return json.dumps({"keys": entries}).encode()


def entry_of(issuer: LocalIssuer) -> dict[str, object]:
    (entry,) = issuer.key_set["keys"]  # type: ignore[attr-defined]  # a list of one
    return dict(entry)


def whole(body: bytes, head: bytes = b"") -> Answer:
    return lambda connection: connection.sendall(HEAD + head + b"\r\n" + body)


def dripping(prefix: bytes) -> Answer:
    """Send a byte now and then, each soon enough for a limit that counts from the last byte."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(prefix)
        for _ in range(100):
            connection.sendall(b" ")
            time.sleep(0.1)

    return answer


def silent(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(1)


SLOW: dict[str, Answer] = {
    "nothing at all": silent,
    "a body that drips": dripping(HEAD + b"\r\n{"),
    "headers that drip": dripping(HEAD + b"x-slow: "),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_the_time_limit_covers_the_whole_answer(answer: Answer, signer: LocalIssuer) -> None:
    with answering(answer) as url:
        keys = KeySet(signer.contract, url)
        begun = time.monotonic()
        assert asyncio.run(keys.refresh(NOW)) is False
        assert time.monotonic() - begun < 1.6
    with pytest.raises(KeysUnavailable):
        keys.find(signer.key_id, NOW)


HUGE = 300_000
BROKEN: dict[str, Answer] = {
    "no HTTP": lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "no bytes": lambda _: None,
    "half of the body": whole(b'{"keys":[', b"content-length: 1000\r\n"),
    "endless headers": whole(b"{}", b"x: " + b"a" * HUGE + b"\r\n"),
    "an endless body": whole(b" " * HUGE),
    "a length that lies": whole(b"{}", b"content-length: -1\r\n"),
    "compressed": whole(b"\x1f\x8b\x08\x00", b"content-encoding: gzip\r\n"),
    "a number of 5000 digits": whole(b'{"keys":' + b"9" * 5000 + b"}"),
    "a page": whole(b"<!doctype html><title>Sign in</title>", b"content-type: text/html\r\n"),
    "informational answers": lambda c: c.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50),
    "another protocol": lambda c: c.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    "a redirect": lambda c: c.sendall(
        b"HTTP/1.1 307 Temporary Redirect\r\nlocation: https://elsewhere.example/jwks\r\n\r\n"
    ),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_is_no_key_set_is_an_outage(answer: Answer, signer: LocalIssuer) -> None:
    with answering(answer) as url:
        keys = KeySet(signer.contract, url)
        assert asyncio.run(keys.refresh(NOW)) is False
    with pytest.raises(KeysUnavailable):
        keys.find(signer.key_id, NOW)


def with_(**members: object) -> Callable[[dict[str, object]], dict[str, object]]:
    return lambda entry: {**entry, "kid": "bad", **members}


BAD_ENTRIES: dict[str, Callable[[dict[str, object]], object]] = {
    "a symmetric key": lambda _: {"kty": "oct", "kid": "bad", "k": "c2VjcmV0", "alg": "ES256"},
    "another use": with_(use="enc"),
    "operations without verify": with_(key_ops=["encrypt"]),
    "operations that are no list": with_(key_ops="verify"),
    "another algorithm": with_(alg="ES384"),
    "an algorithm that is no text": with_(alg=["ES256"]),
    "another curve": with_(crv="P-384"),
    "another type": with_(kty="RSA"),
    "a type that is no text": with_(kty={}),
    "a private member": with_(d="AAAA"),
    "a point off the curve": with_(y="A" * 43),
    "short coordinates": with_(x="AAAA"),
    "coordinates that are no text": with_(x=7),
    "padded coordinates": lambda e: {**e, "kid": "bad", "x": f"{e['x']}="},
    "no key id": lambda e: {**e, "kid": None},
    "an empty key id": lambda e: {**e, "kid": ""},
    "null": lambda _: None,
    "a list": lambda _: [[]],
}


@pytest.mark.parametrize("spoil", BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_one_bad_key_is_left_out_and_the_good_one_serves(
    spoil: Callable[[dict[str, object]], object], signer: LocalIssuer
) -> None:
    entry = entry_of(signer)
    with answering(whole(body_of(spoil(entry), entry))) as url:
        keys = KeySet(signer.contract, url)
        assert asyncio.run(keys.refresh(NOW)) is True
    assert keys.find(signer.key_id, NOW)
    for key_id in ("bad", ""):
        with pytest.raises(UnknownKey):
            keys.find(key_id, NOW)


def test_neither_of_two_keys_with_one_id_is_taken(signer: LocalIssuer) -> None:
    twin = LocalIssuer(signer.contract)
    other = LocalIssuer(signer.contract, key_id="other")
    with answering(whole(body_of(*map(entry_of, (signer, twin, other))))) as url:
        keys = KeySet(signer.contract, url)
        assert asyncio.run(keys.refresh(NOW)) is True
    assert keys.find("other", NOW)
    with pytest.raises(UnknownKey):
        keys.find(signer.key_id, NOW)


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
