"""One fetch of a key set: bounded size, bounded total time, one address and no other.

The time limit covers the whole answer and not each read, so a body that drips is cut as well. The
TLS context is made once, at start: reading the certificates takes tens of milliseconds, too long
for an event loop.

Requirement keyset:source.
"""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from authpact.errors import ConfigurationError
from authpact.verify._jwk import UnusableKeyError

MAXIMUM_BYTES: Final = 65536
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS: Final = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "user-agent": "authpact",
}


class Download:
    """Fetches one address; `limit` is the longest time in seconds.

    Raises ConfigurationError for an address that must not be used, or without httpx.
    """

    def __init__(self, url: str, limit: float) -> None:
        _check_address(url)
        try:
            import httpx  # noqa: PLC0415  # an optional dependency of this mode only
        except ImportError:
            raise ConfigurationError(
                "jwks mode needs httpx: pip install 'authpact[jwks]'"
            ) from None
        self._url = url
        self._limit = limit
        self._tls = httpx.create_ssl_context()

    async def __call__(self) -> bytes:
        """Return the body of a 200. Raises UnusableKeyError, TimeoutError and those of httpx."""
        import httpx  # noqa: PLC0415  # an optional dependency of this mode only

        async with (
            asyncio.timeout(self._limit),
            httpx.AsyncClient(
                timeout=self._limit, follow_redirects=False, trust_env=False, verify=self._tls
            ) as client,
            client.stream("GET", self._url, headers=_HEADERS) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise UnusableKeyError(f"the issuer answered {response.status_code}")
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAXIMUM_BYTES:
                    raise UnusableKeyError("the key set is too large")
            return body


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in _LOCAL
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ConfigurationError("the key set address must be https, or http on localhost")
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError("the key set address must not carry credentials")
