"""A key set over real HTTP: an issuer that answers, lies, hangs, moves and goes away.

Requirements: keyset:source, keyset:bounded-refresh, keyset:unavailable.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from authpact import Contract, Verifier
from authpact.errors import ConfigurationError, KeysUnavailable, TokenInvalid
from authpact.testing import LocalIssuer
from authpact.verify import KeySet

NOW = 1_800_000_000.0


class Server(ThreadingHTTPServer):
    """Answers what it is told to, and counts."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = 0
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.delay = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/auth/jwks"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests += 1
        time.sleep(self.server.delay)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(self.server.body)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def signer(contracts_for_key_sets: Contract) -> LocalIssuer:
    return LocalIssuer(contracts_for_key_sets, clock=lambda: NOW)


@pytest.fixture(scope="session")
def contracts_for_key_sets() -> Contract:
    return Contract.model_validate(
        {"token": {"mode": "jwks", "algorithm": "ES256"}, "keys": {"timeout": 1}}
    )


def publish(server: Server, *issuers: LocalIssuer) -> None:
    keys = [jwk for issuer in issuers for jwk in issuer.key_set["keys"]]  # type: ignore[attr-defined]  # a list
    server.body = json.dumps({"keys": keys}).encode()


def key_set(server: Server, signer: LocalIssuer) -> KeySet:
    return KeySet(signer.contract, server.url)


def another(signer: LocalIssuer, key_id: str = "local-2") -> LocalIssuer:
    return LocalIssuer(signer.contract, key_id=key_id, clock=lambda: NOW)


def test_fetched_keys_verify(server: Server, signer: LocalIssuer) -> None:
    publish(server, signer)
    keys = key_set(server, signer)
    verifier = Verifier(signer.contract, keys, clock=lambda: NOW)
    with pytest.raises(KeysUnavailable):
        verifier.verify(signer.token())
    assert asyncio.run(keys.refresh(NOW)) is True
    assert verifier.verify(signer.token("u1")).subject == "u1"


def test_callers_at_the_same_time_share_one_fetch(server: Server, signer: LocalIssuer) -> None:
    publish(server, signer)
    server.delay = 0.1
    keys = key_set(server, signer)

    async def many() -> list[bool]:
        return list(await asyncio.gather(*(keys.refresh(NOW) for _ in range(50))))

    assert all(asyncio.run(many()))
    assert server.requests == 1


def test_unknown_key_ids_cause_one_fetch_in_a_cooldown(server: Server, signer: LocalIssuer) -> None:
    publish(server, signer)
    keys = key_set(server, signer)

    async def flood(now: float) -> None:
        for number in range(100):
            with pytest.raises(TokenInvalid):
                keys.find(f"unknown-{number}", now)
            await keys.refresh(now)

    asyncio.run(keys.refresh(NOW))
    asyncio.run(flood(NOW + 1))
    asyncio.run(flood(NOW + 30))
    assert server.requests == 2
    asyncio.run(flood(NOW + 31))
    assert server.requests == 3


def test_a_new_key_is_found_and_a_withdrawn_one_refused(
    server: Server, signer: LocalIssuer
) -> None:
    publish(server, signer)
    keys, new = key_set(server, signer), another(signer)
    verifier = Verifier(signer.contract, keys, clock=lambda: NOW)
    asyncio.run(keys.refresh(NOW))
    verifier.verify(signer.token())
    publish(server, new)
    old_token = signer.token()
    verifier.verify(old_token)
    asyncio.run(keys.refresh(NOW + 60))
    assert verifier.verify(new.token())
    with pytest.raises(TokenInvalid):
        verifier.verify(old_token)


def test_the_same_keys_again_forget_nothing(server: Server, signer: LocalIssuer) -> None:
    publish(server, signer)
    keys = key_set(server, signer)
    asyncio.run(keys.refresh(NOW))
    before = keys.generation
    asyncio.run(keys.refresh(NOW + 400))
    assert (keys.generation, server.requests) == (before, 2)


def test_old_keys_serve_while_the_issuer_is_down_and_not_for_ever(
    server: Server, signer: LocalIssuer
) -> None:
    publish(server, signer)
    keys = key_set(server, signer)
    asyncio.run(keys.refresh(NOW))
    server.status = 500
    assert keys.due(NOW + 301)
    assert asyncio.run(keys.refresh(NOW + 301)) is False
    assert keys.find("local-1", NOW + 3900)
    with pytest.raises(KeysUnavailable):
        keys.find("unknown", NOW + 301)
    with pytest.raises(KeysUnavailable):
        keys.find("local-1", NOW + 3901)


def test_a_failed_fetch_is_not_repeated_at_once(server: Server, signer: LocalIssuer) -> None:
    server.status = 500
    keys = key_set(server, signer)
    for second in range(10):
        asyncio.run(keys.refresh(NOW + second))
    assert server.requests == 2


def test_an_issuer_that_hangs_is_given_up(server: Server, signer: LocalIssuer) -> None:
    publish(server, signer)
    server.delay = 3
    keys = key_set(server, signer)
    begun = time.monotonic()
    assert asyncio.run(keys.refresh(NOW)) is False
    assert time.monotonic() - begun < 2


def test_finding_a_key_never_waits_for_a_fetch(server: Server, signer: LocalIssuer) -> None:
    publish(server, signer)
    keys = key_set(server, signer)
    asyncio.run(keys.refresh(NOW))
    server.delay = 0.5

    async def while_fetching() -> float:
        task = asyncio.create_task(keys.refresh(NOW + 301))
        await asyncio.sleep(0.05)
        begun = time.monotonic()
        keys.find("local-1", NOW + 301)
        spent = time.monotonic() - begun
        await task
        return spent

    assert asyncio.run(while_fetching()) < 0.05


def test_a_cancelled_request_does_not_cancel_the_fetch_of_the_others(
    server: Server, signer: LocalIssuer
) -> None:
    publish(server, signer)
    server.delay = 0.2
    keys = key_set(server, signer)

    async def first_one_leaves() -> bool:
        first = asyncio.create_task(keys.refresh(NOW))
        second = asyncio.create_task(keys.refresh(NOW))
        await asyncio.sleep(0.05)
        first.cancel()
        return await second

    assert asyncio.run(first_one_leaves()) is True


BAD_ANSWERS: dict[str, Callable[[Server], None]] = {
    "an error page": lambda s: setattr(s, "body", b"<html>"),
    "an empty key set": lambda s: setattr(s, "body", b'{"keys":[]}'),
    "no list of keys": lambda s: setattr(s, "body", b'{"keys":{}}'),
    "a list": lambda s: setattr(s, "body", b"[]"),
    "keys that are no objects": lambda s: setattr(s, "body", b'{"keys":[1,null,"x"]}'),
    "no UTF-8": lambda s: setattr(s, "body", b'{"keys":["\xff"]}'),
    "deep nesting": lambda s: setattr(s, "body", b"[" * 60000),
    "more than 64 KB": lambda s: setattr(s, "body", s.body + b" " * 70000),
    "compressed bytes": lambda s: setattr(s, "body", b"\x1f\x8b\x08"),
    "not found": lambda s: setattr(s, "status", 404),
    "forbidden": lambda s: setattr(s, "status", 403),
    "a redirect": lambda s: s.headers.update(location=s.url) or setattr(s, "status", 302),
}  # fmt: skip


@pytest.mark.parametrize("spoil", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_the_keys_stay_when_the_issuer_answers_with(
    spoil: Callable[[Server], None], server: Server, signer: LocalIssuer
) -> None:
    publish(server, signer)
    keys = key_set(server, signer)
    asyncio.run(keys.refresh(NOW))
    spoil(server)
    assert asyncio.run(keys.refresh(NOW + 301)) is False
    assert keys.find("local-1", NOW + 301)
    assert server.requests == 2


def test_an_issuer_that_is_not_there_is_no_verdict(signer: LocalIssuer) -> None:
    keys = KeySet(signer.contract, "http://127.0.0.1:9/jwks")
    assert asyncio.run(keys.refresh(NOW)) is False
    with pytest.raises(KeysUnavailable):
        keys.find("local-1", NOW)


@pytest.mark.parametrize(
    "url",
    ["http://issuer.example/jwks", "file:///etc/passwd", "ftp://localhost/x", "https://", "",
     "https://user:word@issuer.example/jwks", "http://localhost.evil.example/jwks"],
)  # fmt: skip
def test_an_address_that_must_not_be_used_is_refused(url: str, signer: LocalIssuer) -> None:
    with pytest.raises(ConfigurationError):
        KeySet(signer.contract, url)
