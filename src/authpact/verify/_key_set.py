"""A key set that is fetched from the issuer and kept.

1. One configured address, one bounded answer (`_download`). An answer without a usable key changes
   nothing.
2. `find` never waits. Once fetched, the keys are fetched again on a timer before `cache` is over,
   with or without requests, so that a key the issuer withdrew is forgotten in time.
3. While the issuer cannot be reached the keys at hand serve for `stale_if_error` beyond `cache`,
   and no longer: neither for new tokens nor for remembered ones (`holds_until`).
4. At most one fetch runs at a time. Unknown key ids start at most one per `cooldown`; the fetches
   of the timer do not count, so a new key is found at once whenever the timer last ran. An id that
   a later fetch did not bring is remembered as absent: it starts no further fetch, so that old
   tokens of a withdrawn key do not use up what a new key needs.
5. A key id that is unknown while the issuer cannot be reached is no verdict about the token:
   KeysUnavailable, so that an outage signs nobody out.

Requirements: keyset:source, keyset:usable-keys, keyset:bounded-refresh, keyset:unavailable.
"""

import asyncio
import logging
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from authpact.contract import Contract
from authpact.errors import KeysUnavailable, TokenInvalid
from authpact.verify._download import Download
from authpact.verify._jwk import ReadKeySet, read_key_set
from authpact.verify._keys import KeySource, UnknownKey
from authpact.verify._signature import SignatureKey

_LOG: Final = logging.getLogger("authpact")
_RETRY_SECONDS: Final = 5
"""Pause after a failed fetch, where the cooldown is longer."""
_EARLY: Final = 0.8
"""The share of `cache` after which the keys are fetched anew: time for several more attempts."""
_NEVER: Final = float("-inf")
_REMEMBERED_IDS: Final = 1024
"""How many unknown key ids are kept; a flood of more starts from nothing."""


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
        self.url = url
        self._algorithm = contract.algorithm
        self._policy = contract.keys
        self._download = Download(url, self._policy.timeout)
        self._pause = min(_RETRY_SECONDS, self._policy.cooldown)
        self._clock = clock
        self._fetched: _Fetched | None = None
        self._attempted_at = _NEVER
        self._asked_at = _NEVER
        self._failed = False
        self._wanted: set[str] = set()
        self._absent: set[str] = set()
        self._running: asyncio.Task[bool] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def find(self, key_id: str, now: float) -> SignatureKey:
        """Return the key with this id. Raises UnknownKey or KeysUnavailable; never waits."""
        fetched = self._fetched
        if fetched is None:
            raise KeysUnavailable("the key set was not fetched yet")
        if now > self.holds_until(now):
            raise KeysUnavailable("the key set is too old and the issuer does not answer")
        key = fetched.keys.get(key_id)
        if key is not None:
            return key
        if self._failed:
            raise KeysUnavailable("the key id is unknown and the issuer does not answer")
        if key_id in self._absent:
            raise TokenInvalid("the issuer has no key with the id that the token names")
        if len(self._wanted) < _REMEMBERED_IDS:
            self._wanted.add(key_id)
        raise UnknownKey("no key has the id that the token names")

    def holds_until(self, now: float) -> float:
        """Return when the keys at hand are too old, even if the issuer never answers again."""
        if self._fetched is None:
            return now
        return self._fetched.at + self._policy.cache + self._policy.stale_if_error

    def due(self, now: float) -> bool:
        """Tell whether the keys are to be fetched anew and a fetch is allowed now."""
        fresh = self._fetched is not None and _within(
            self._fetched.at, now, self._policy.cache * _EARLY
        )
        return not fresh and not _within(self._attempted_at, now, self._pause)

    async def refresh(self, now: float) -> bool:
        """Fetch the key set unless one fetch too many; callers at the same time share one."""
        task = self._running
        if task is not None and not task.done() and task.get_loop() is asyncio.get_running_loop():
            return await asyncio.shield(task)
        if not self.due(now):
            if self._failed or _within(self._asked_at, now, self._policy.cooldown):
                return False
            self._asked_at = now
        self._attempted_at = now
        self._running = asyncio.create_task(self._fetch(now))
        return await asyncio.shield(self._running)

    async def _fetch(self, now: float) -> bool:
        """Replace the keys by those of the issuer; whatever fails leaves them as they are."""
        asked, self._wanted = self._wanted, set()
        try:
            read = read_key_set(await self._download(), self._algorithm)
        except Exception as error:  # noqa: BLE001  # an issuer must not be able to cause a 500
            _LOG.warning("key set not fetched: %s", ascii(str(error) or type(error).__name__))
            self._failed = True
        else:
            self._take(read, now)
        if not self._failed:
            self._note_absent(asked)
        self._wake_later()
        return not self._failed

    def _take(self, read: ReadKeySet, now: float) -> None:
        for reason in read.left_out:
            _LOG.warning("key left out of the key set: %s", reason)
        self._failed = not read.keys
        if self._failed:
            _LOG.warning("key set without a usable key")
            return
        if self._fetched is None or self._fetched.keys != read.keys:
            self.generation += 1
        self._fetched = _Fetched(read.keys, now)

    def _note_absent(self, asked: set[str]) -> None:
        """Remember the ids that were wanted before the fetch began and did not come with it."""
        if len(self._absent) + len(asked) > _REMEMBERED_IDS:
            self._absent.clear()
        self._absent |= asked

    def _wake_later(self) -> None:
        """Set the timer for the next fetch; it ends with the event loop or with this object."""
        if self._timer is not None:
            self._timer.cancel()
        pause = self._pause if self._failed else self._policy.cache * _EARLY
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(pause, _wake, weakref.ref(self))

    def _on_timer(self) -> None:
        now = self._clock()
        if self._running is None or self._running.done():
            self._attempted_at = now
            self._running = asyncio.create_task(self._fetch(now))


def _wake(reference: "weakref.ref[KeySet]") -> None:
    source = reference()
    if source is not None:
        source._on_timer()  # noqa: SLF001  # the method of the same class


def _within(since: float, now: float, seconds: float) -> bool:
    """Tell whether less than `seconds` have passed; a clock that was set back has passed them."""
    return since <= now < since + seconds
