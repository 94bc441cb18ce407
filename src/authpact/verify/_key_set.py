"""A key set that is fetched from the issuer and kept.

1. One configured address: HTTPS, or HTTP on this machine. No redirect is followed.
2. Size and time of an answer are bounded; an answer without a usable key changes nothing.
3. `find` never waits. Keys older than `cache` still serve while one fetch runs in the background;
   older than `cache + stale_if_error` they do not.
4. At most one fetch runs at a time. Unknown key ids start at most one per `cooldown`.
5. A key id that is unknown while the issuer cannot be reached is no verdict about the token:
   KeysUnavailable, so that an outage signs nobody out.

Requirements: keyset:source, keyset:usable-keys, keyset:bounded-refresh, keyset:unavailable.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from authpact.contract import Contract
from authpact.errors import ConfigurationError, KeysUnavailable
from authpact.verify._jwk import UnusableKeyError, read_key_set
from authpact.verify._keys import KeySource, UnknownKey
from authpact.verify._signature import SignatureKey

MAXIMUM_BYTES: Final = 65536
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS: Final = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "user-agent": "authpact",
}
_LOG: Final = logging.getLogger("authpact")
_RETRY_SECONDS: Final = 5
"""Pause after a failed fetch, where the cooldown is longer."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    keys: Mapping[str, SignatureKey]
    at: float


class KeySet(KeySource):
    """The issuer's key set. `clock` gives epoch seconds.

    Raises ConfigurationError for an address that must not be used, or without httpx.
    """

    def __init__(
        self,
        contract: Contract,
        url: str,
        *,
        clock: Callable[[], float] = time.time,  # noqa: TID251  # the default of the parameter
    ) -> None:
        _check_address(url)
        _require_httpx()
        self.url = url
        self._algorithm = contract.algorithm
        self._policy = contract.keys
        self._clock = clock
        self._fetched: _Fetched | None = None
        self._attempted_at = float("-inf")
        self._failed = False
        self._running: asyncio.Task[bool] | None = None

    def find(self, key_id: str, now: float) -> SignatureKey:
        """Return the key with this id. Raises UnknownKey or KeysUnavailable; never waits."""
        fetched = self._fetched
        if fetched is None:
            raise KeysUnavailable("the key set was not fetched yet")
        if now - fetched.at > self._policy.cache + self._policy.stale_if_error:
            raise KeysUnavailable("the key set is too old and the issuer does not answer")
        key = fetched.keys.get(key_id)
        if key is not None:
            return key
        if self._failed:
            raise KeysUnavailable("the key id is unknown and the issuer does not answer")
        raise UnknownKey("no key has the id that the token names")

    def due(self, now: float) -> bool:
        """Tell whether the keys are no longer fresh and a fetch is allowed now."""
        stale = self._fetched is None or now - self._fetched.at > self._policy.cache
        return stale and self._may_fetch(now)

    async def refresh(self, now: float) -> bool:
        """Fetch the key set unless one fetch too many; callers at the same time share one."""
        task = self._running
        if task is not None and not task.done() and task.get_loop() is asyncio.get_running_loop():
            return await asyncio.shield(task)
        if not self._may_fetch(now):
            return False
        self._attempted_at = now
        self._running = asyncio.create_task(self._fetch(now))
        return await asyncio.shield(self._running)

    def _may_fetch(self, now: float) -> bool:
        fresh_failure = self._failed or self._fetched is None
        pause = (
            min(_RETRY_SECONDS, self._policy.cooldown) if fresh_failure else self._policy.cooldown
        )
        return now - self._attempted_at >= pause

    async def _fetch(self, now: float) -> bool:
        """Replace the keys by those of the issuer; whatever fails leaves them as they are."""
        failures = (UnusableKeyError, TimeoutError, OSError, *_client_errors())
        try:
            read = read_key_set(await self._download(), self._algorithm)
        except failures as error:
            _LOG.warning("key set not fetched: %s", ascii(str(error) or type(error).__name__))
            self._failed = True
            return False
        for reason in read.left_out:
            _LOG.warning("key left out of the key set: %s", reason)
        if not read.keys:
            _LOG.warning("key set without a usable key")
            self._failed = True
            return False
        self._failed = False
        if self._fetched is None or self._fetched.keys != read.keys:
            self.generation += 1
        self._fetched = _Fetched(read.keys, now)
        return True

    async def _download(self) -> bytes:
        """Fetch the bytes of the key set; size and total time are bounded."""
        import httpx  # noqa: PLC0415  # an optional dependency of this mode only

        limit = self._policy.timeout
        async with (
            asyncio.timeout(limit),
            httpx.AsyncClient(timeout=limit, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", self.url, headers=_HEADERS) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise UnusableKeyError(f"the issuer answered {response.status_code}")
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAXIMUM_BYTES:
                    raise UnusableKeyError("the key set is too large")
            return body


def _client_errors() -> tuple[type[Exception], type[Exception]]:
    import httpx  # noqa: PLC0415  # an optional dependency of this mode only

    return (httpx.HTTPError, httpx.InvalidURL)


def _require_httpx() -> None:
    try:
        import httpx  # noqa: F401, PLC0415  # an optional dependency of this mode only
    except ImportError:
        raise ConfigurationError("jwks mode needs httpx: pip install 'authpact[jwks]'") from None


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in _LOCAL
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ConfigurationError("the key set address must be https, or http on localhost")
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError("the key set address must not carry credentials")
