"""What an issuer, or who stands in for it, may send: none of it opens, blocks or breaks the API.

Requirements: keyset:source, keyset:usable-keys, keyset:bounded-refresh, keyset:unavailable.
"""

import asyncio
import socket
import time
from collections.abc import Callable

import pytest
from raw_issuer import HEAD, NOW, Answer, answering, body_of, entry_of, whole

from authpact import Contract
from authpact.errors import KeysUnavailable
from authpact.testing import LocalIssuer
from authpact.verify import KeySet, UnknownKey


@pytest.fixture(scope="module")
def signer() -> LocalIssuer:
    contract = Contract.model_validate(
        {"token": {"mode": "jwks", "algorithm": "ES256"}, "keys": {"timeout": 1}}
    )
    return LocalIssuer(contract, clock=lambda: NOW)


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
