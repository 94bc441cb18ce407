"""Ended sessions in Redis (6.2 or newer) or Valkey, shared by every process of an API.

1. A question is one round trip with one time limit. A store that was too slow is left alone for a
   moment, so that a store that hangs does not make every request wait.
2. Names in the store are digests: neither a session id nor a subject can be read there. They begin
   with the API's audience, so that several APIs can share a server.
3. An entry goes when the last token it concerns has expired.
4. A store that was emptied (restarted without persistence, flushed, evicted) must not turn ended
   sessions into living ones. `since` says from when on the store remembers; a token that was issued
   before is answered as expired, and the issuer decides whether there is a new one.

Requirement session:token-after-sign-out.
"""

import asyncio
import hashlib
import math
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar, cast
from urllib.parse import urlsplit

from authpact.errors import ConfigurationError, KeysUnavailable
from authpact.verify._principal import Principal
from authpact.verify._remote import ForgottenError, RemoteRevocations
from authpact.verify._revocation import Logout

if TYPE_CHECKING:
    from redis.asyncio import Redis

VARIABLE: Final = "REDIS_URL"
_SCHEMES: Final = frozenset({"redis", "rediss", "unix"})
_LIMIT: Final = 0.5
"""Longest wait for one answer, in seconds."""
_REST: Final = 0.5
"""How long a store that did not answer in time is not asked again."""
_CONNECTIONS: Final = 32

Value = TypeVar("Value")


class RedisRevocations(RemoteRevocations):
    """A store behind a `redis://`, `rediss://` or `unix://` address.

    `longest_life` is the lifetime of a token plus the leeway on both ends, in seconds. Raises
    ConfigurationError for an address of another kind, or without the `redis` package.
    """

    def __init__(self, url: str, audience: str, longest_life: float) -> None:
        if urlsplit(url).scheme not in _SCHEMES:
            raise ConfigurationError(f"{VARIABLE}: write redis://… or rediss://…")
        _require_redis()
        self._url = url
        self._prefix = f"authpact:{_digest(audience)[:16]}:"
        self._life = math.ceil(longest_life)
        self._client: tuple[asyncio.AbstractEventLoop, Redis] | None = None
        self._rests_until = 0.0

    async def open(self, now: float) -> None:
        """Let the memory of an empty store begin now."""
        await self._ask(lambda redis: self._begin(redis, now))

    async def revoke(self, logout: Logout, now: float) -> None:
        """Remember a logout. A session id is the narrower statement and wins over the subject."""

        async def write(redis: "Redis") -> None:
            async with redis.pipeline(transaction=True) as pipe:
                pipe.set(f"{self._prefix}since", math.floor(now), nx=True)
                if logout.session_id is not None:
                    pipe.set(self._session(logout.session_id), b"1", ex=self._life)
                elif logout.subject is not None:
                    name = self._subject(logout.subject)
                    pipe.zadd(name, {b"ended": logout.issued_at}, gt=True)
                    pipe.expire(name, self._life)
                await pipe.execute()

        await self._ask(write)

    async def is_revoked(self, principal: Principal, now: float) -> bool:
        """Tell whether the session was ended, or the subject after this token was issued."""

        async def read(redis: "Redis") -> tuple[float, bool, float | None]:
            async with redis.pipeline(transaction=False) as pipe:
                pipe.get(f"{self._prefix}since")
                pipe.exists(self._session(principal.session_id))
                pipe.zscore(self._subject(principal.subject), b"ended")
                since, session, subject = await pipe.execute()
            begun = float(since) if since is not None else await self._begin(redis, now)
            return begun, bool(session), subject

        begun, session, subject = await self._ask(read)
        if session or (subject is not None and principal.issued_at <= subject):
            return True
        if principal.issued_at < begun:
            raise ForgottenError("the token is older than what the revocation store remembers")
        return False

    async def _begin(self, redis: "Redis", now: float) -> float:
        """Write down when the memory of the store begins, once, and return what stands there."""
        name = f"{self._prefix}since"
        await cast("Awaitable[object]", redis.set(name, math.floor(now), nx=True))
        return float(cast("bytes", await cast("Awaitable[object]", redis.get(name))))

    async def _ask(self, question: Callable[["Redis"], Awaitable[Value]]) -> Value:
        if time.monotonic() < self._rests_until:
            raise KeysUnavailable("the revocation store did not answer a moment ago", 1)
        try:
            async with asyncio.timeout(_LIMIT):
                return await question(self._connected())
        except TimeoutError:
            self._rests_until = time.monotonic() + _REST
            raise KeysUnavailable("the revocation store does not answer", 1) from None
        except Exception as error:  # noqa: BLE001  # a store must cause no 500 and no open door
            kind = type(error).__name__
            raise KeysUnavailable(f"the revocation store cannot be used: {kind}", 1) from None

    def _connected(self) -> "Redis":
        """Return the client of this event loop; connections cannot move to another one."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._client[0] is not loop:
            self._client = (loop, _client(self._url))
        return self._client[1]

    def _session(self, session_id: str) -> str:
        return f"{self._prefix}sid:{_digest(session_id)}"

    def _subject(self, subject: str) -> str:
        return f"{self._prefix}sub:{_digest(subject)}"


def _client(url: str) -> "Redis":
    """Return a client that tries once more where a connection turns out to be dead."""
    from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415  # an optional package
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    pool = BlockingConnectionPool.from_url(
        url, max_connections=_CONNECTIONS, timeout=_LIMIT, retry=Retry(NoBackoff(), 1)
    )
    return Redis.from_pool(pool)


def _require_redis() -> None:
    try:
        import redis.asyncio  # noqa: F401, PLC0415  # an optional package
    except ImportError:
        raise ConfigurationError(
            "the revocation store needs redis: pip install 'authpact[redis]'"
        ) from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
