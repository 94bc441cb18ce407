"""Ended sessions in a store that is asked over a network, and what holds while it is away.

Requirement session:token-after-sign-out.
"""

import logging
from abc import ABC, abstractmethod
from typing import Final

from authpact.errors import KeysUnavailable, TokenExpired
from authpact.verify._principal import Principal
from authpact.verify._revocation import Logout, RevocationStore

_LOG: Final = logging.getLogger("authpact")


class ForgottenError(TokenExpired):
    """The token is older than the memory of the store: nobody knows whether its session ended.

    The client is told what it is told about an expired token, and asks the issuer for a new one;
    the issuer knows which sessions live.
    """


class RemoteRevocations(ABC):
    """Remembers logouts for all processes of an API.

    Every method has a short time limit of its own, and raises KeysUnavailable where the store does
    not answer in it.
    """

    @abstractmethod
    async def open(self, now: float) -> None:
        """Reach the store when the application starts."""

    @abstractmethod
    async def revoke(self, logout: Logout, now: float) -> None:
        """Remember a logout from now on, in every process."""

    @abstractmethod
    async def is_revoked(self, principal: Principal, now: float) -> bool:
        """Tell whether the principal's session was ended. Raises ForgottenError."""


class Alarm:
    """Counts the tokens that were accepted unasked, and reports them at most every ten seconds."""

    EVERY: Final = 10.0

    def __init__(self) -> None:
        self.accepted = 0
        self._last = float("-inf")

    def raise_(self, reason: str, now: float) -> None:
        """Count one token; log the reason and the number so far."""
        self.accepted += 1
        if not self._last <= now < self._last + self.EVERY:
            self._last = now
            _LOG.error(
                "revocation store unavailable, accepting without it: %s, %d tokens so far",
                ascii(reason),
                self.accepted,
            )


class OpenStore:
    """A local store that may fail: `revocation.when_unavailable` is `accept`."""

    def __init__(self, store: RevocationStore) -> None:
        self._store = store
        self.alarm = Alarm()

    def revoke(self, logout: Logout, now: float) -> None:
        """Remember a logout; that one fails is never hidden from the issuer."""
        self._store.revoke(logout, now)

    def is_revoked(self, principal: Principal, now: float) -> bool:
        """Tell whether the session was ended; where nobody knows, say no and raise the alarm."""
        try:
            return self._store.is_revoked(principal, now)
        except KeysUnavailable as error:
            self.alarm.raise_(error.reason, now)
            return False


class OpenRemoteStore(RemoteRevocations):
    """A remote store under the same rule."""

    def __init__(self, store: RemoteRevocations) -> None:
        self._store = store
        self.alarm = Alarm()

    async def open(self, now: float) -> None:
        """Reach the store when the application starts."""
        await self._store.open(now)

    async def revoke(self, logout: Logout, now: float) -> None:
        """Remember a logout; that one fails is never hidden from the issuer."""
        await self._store.revoke(logout, now)

    async def is_revoked(self, principal: Principal, now: float) -> bool:
        """Tell whether the session was ended; where nobody knows, say no and raise the alarm."""
        try:
            return await self._store.is_revoked(principal, now)
        except (KeysUnavailable, ForgottenError) as error:
            self.alarm.raise_(error.reason, now)
            return False
