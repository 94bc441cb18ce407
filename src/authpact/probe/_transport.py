"""The one place where requests leave: sends, waits out rate limits, remembers what to mask."""

import time
from types import TracebackType
from typing import Final, Self

import httpx

from authpact.errors import ProbeError
from authpact.probe._messages import Request, Response, Side

_TOO_MANY: Final = 429
_LONGEST_WAIT: Final = 15.0
_TIMEOUT: Final = 20.0
_SHORTEST_SECRET: Final = 8


class Transport:
    """Sends requests of probes to the two halves of a system; no cookies are kept."""

    def __init__(self, api: str, issuer: str | None, sensitive: tuple[str, ...] = ()) -> None:
        self._bases = {Side.API: api.rstrip("/"), Side.ISSUER: (issuer or "").rstrip("/")}
        self._client = httpx.Client(follow_redirects=False, timeout=_TIMEOUT, trust_env=False)
        self.sensitive = {value for value in sensitive if value}
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def base(self, side: Side) -> str:
        """Return the address one half lives at."""
        return self._bases[side]

    def send(self, request: Request) -> Response:
        """Send one request; a 429 is waited out once.

        Raises ProbeError when nobody listens there.
        """
        time.sleep(request.wait)
        response = self._once(request)
        if response.status == _TOO_MANY:
            time.sleep(_pause(response))
            response = self._once(request)
        if request.side is Side.ISSUER:
            self._remember(response)
        return response

    def _once(self, request: Request) -> Response:
        self.count += 1
        base = self._bases[request.side]
        headers = [
            (n.encode(), v if isinstance(v, bytes) else v.encode()) for n, v in request.headers
        ]
        try:
            answer = self._client.request(
                request.method, base + request.path, headers=headers, content=request.body
            )
        except (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.ConnectTimeout) as error:
            raise ProbeError(f"Nobody answers at {base}.") from error
        except httpx.TransportError:
            return Response(0)
        finally:
            self._client.cookies.clear()
        return Response(answer.status_code, tuple(answer.headers.multi_items()), answer.content)

    def _remember(self, response: Response) -> None:
        opaque = response.member("token")
        values = [*response.cookies.values(), opaque if isinstance(opaque, str) else ""]
        self.sensitive.update(v for v in values if len(v) >= _SHORTEST_SECRET)


def _pause(response: Response) -> float:
    stated = response.header("X-Retry-After") or response.header("Retry-After") or "1"
    return min(float(stated) if stated.isdigit() else 1.0, _LONGEST_WAIT)
