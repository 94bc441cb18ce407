"""What one application knows while it serves: its verifier, and what its routes are.

Requirements: transport:one-place, transport:one-credential, transport:scheme,
logging:decisions.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from starlette.types import Scope

from authpact.errors import (
    AccessError,
    ConfigurationError,
    KeysUnavailable,
    TokenMalformed,
    TokenMissing,
    TokenRevoked,
    VerificationError,
)
from authpact.verify import SOCKET, Principal, RemoteRevocations, UnknownKey, Verifier

_LOG: Final = logging.getLogger("authpact")
RUNTIME: Final = "authpact.runtime"
PRINCIPAL: Final = "authpact.principal"

_MAY_PASS: Final = (UnknownKey, KeysUnavailable)
"""Refusals that newer keys may turn into a verdict."""

Value = TypeVar("Value")


class TwoCredentials(TokenMalformed):
    """More than one Authorization header: nobody can tell which one counts (RFC 6750 2)."""


@dataclass(frozen=True, slots=True)
class RouteRule:
    """What a request needs to know about its route."""

    protected: bool
    owner_parameter: str | None
    """The path parameter that is the user id, None where the path has none."""
    needs_tenant: bool = False
    tenant_parameter: str | None = None
    """The path parameter that is the organization id, None where the path has none."""


class Runtime:
    """The verifier of an application and, once they were judged, its routes.

    `rules` is keyed by the identity of the endpoint function and the method. It is None until the
    routes were judged; a route that is not in it has no rule, and a gate in it lets nobody in.
    """

    def __init__(self, verifier: Verifier, remote: RemoteRevocations | None = None) -> None:
        self.verifier = verifier
        self.remote = remote
        self.rules: Mapping[tuple[int, str], RouteRule] | None = None
        self._refreshing: asyncio.Task[bool] | None = None

    @staticmethod
    def of(scope: Scope) -> "Runtime":
        """Return the runtime of the application that serves this request.

        Raises ConfigurationError where the application was not put under a contract.
        """
        runtime = scope.get(RUNTIME)
        if not isinstance(runtime, Runtime):
            raise ConfigurationError("install(app, contract) was not called")
        return runtime

    async def principal(self, scope: Scope) -> Principal:
        """Return the caller, verified once per request. Raises as `Verifier.verify` does."""
        parked = scope.get(PRINCIPAL)
        if isinstance(parked, Principal):
            return parked
        token = _credentials(scope)
        now = self._begin()
        try:
            principal = self.verifier.verify(token, now)
        except _MAY_PASS:
            principal = await self._verify_again(token, now)
        if self.remote is not None and await self.remote.is_revoked(principal, now):
            raise TokenRevoked("the session of this token was ended")
        scope[PRINCIPAL] = principal
        if _LOG.isEnabledFor(logging.DEBUG):
            who = (ascii(principal.subject), ascii(principal.token_id))
            _LOG.debug("accepted subject=%s jti=%s", *who)
        return principal

    async def _verify_again(self, token: bytes, now: float) -> Principal:
        """Apart from `principal`, because what a lambda holds is slower to reach on every call."""
        return await self._retry(lambda: self.verifier.verify(token), now)

    async def recheck(self, principal: Principal) -> None:
        """Raise what a new request of an open connection's caller would be refused with."""
        now = self.verifier.now()
        self.verifier.recheck(principal, now)
        if self.remote is not None and await self.remote.is_revoked(principal, now):
            raise TokenRevoked("the session of this token was ended")

    def refused(self, refusal: VerificationError | AccessError | KeysUnavailable) -> None:
        """Take note of a refusal; nothing is counted without a meter."""

    def require_keys(self) -> None:
        """Raise KeysUnavailable unless keys are at hand; start to fetch them where they are not."""
        now = self._begin()
        if self.verifier.keys.holds_until(now) <= now:
            raise KeysUnavailable("there are no keys at hand")

    async def settle(self, attempt: Callable[[], Value]) -> Value:
        """Try with the keys at hand; where they do not suffice, refresh them and try once more."""
        now = self._begin()
        try:
            return attempt()
        except _MAY_PASS:
            return await self._retry(attempt, now)

    def _begin(self) -> float:
        """Return the time, and see to it that keys which grow old are replaced meanwhile."""
        now = self.verifier.now()
        if self.verifier.keys.due(now):
            self.refresh()
        return now

    async def _retry(self, attempt: Callable[[], Value], now: float) -> Value:
        await self.verifier.keys.refresh(now)
        return attempt()

    def refresh(self) -> None:
        """Start a refresh of the keys and do not wait for it."""
        self._refreshing = asyncio.create_task(self.verifier.keys.refresh(self.verifier.now()))

    async def open_store(self) -> None:
        """Reach the remote store; where it is away, requests are refused until it is back."""
        if self.remote is not None:
            try:
                await self.remote.open(self.verifier.now())
            except KeysUnavailable as error:
                _LOG.warning("revocation store not reached at start: %s", ascii(error.reason))

    def rule(self, scope: Scope) -> RouteRule:
        """Return the rule of the route that was matched. Raises AccessError without one."""
        route = (id(scope.get("endpoint")), scope.get("method", SOCKET))
        if self.rules is None or route not in self.rules:
            raise AccessError("the route has no rule in the contract")
        return self.rules[route]


def _credentials(scope: Scope) -> bytes:
    """Return the token of the one Authorization header; there is no other place (RFC 6750 2.1)."""
    found: bytes | None = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            if found is not None:
                raise TwoCredentials("there is more than one Authorization header")
            found = value
    if found is None:
        raise TokenMissing("there is no Authorization header")
    scheme, _, token = found.partition(b" ")
    if scheme.lower() != b"bearer":
        raise TokenMissing("the scheme is not Bearer")
    return token
