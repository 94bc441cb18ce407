"""What a probe sends and receives: plain values, no client behind them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Claims: TypeAlias = dict[str, Json]


class Side(Enum):
    """Which half of the system a request goes to."""

    API = "api"
    ISSUER = "issuer"


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `path` starts with a slash and may carry a query."""

    method: str
    path: str
    headers: tuple[tuple[str, str | bytes], ...] = ()
    body: bytes = b""
    side: Side = Side.API
    label: str = ""
    """What is special about it, in a few words; printed with the evidence."""
    wait: float = 0.0
    """Seconds to let pass before it is sent."""

    def header(self, name: str, value: str | bytes) -> "Request":
        """Add one header; a name that is there already is sent twice."""
        return replace(self, headers=(*self.headers, (name, value)))

    def bearer(self, token: str) -> "Request":
        """Add an Authorization header with this token."""
        return self.header("Authorization", f"Bearer {token}")

    def json(self, body: Mapping[str, Json]) -> "Request":
        """Carry this JSON object as the body."""
        kept = tuple(h for h in self.headers if h[0].lower() != "content-type")
        return replace(
            self,
            headers=(*kept, ("Content-Type", "application/json")),
            body=json.dumps(body).encode(),
        )

    def form(self, body: bytes) -> "Request":
        """Carry an already encoded form as the body."""
        kept = tuple(h for h in self.headers if h[0].lower() != "content-type")
        return replace(
            self,
            headers=(*kept, ("Content-Type", "application/x-www-form-urlencoded")),
            body=body,
        )

    def query(self, text: str) -> "Request":
        """Append an already encoded query."""
        return replace(self, path=f"{self.path}{'&' if '?' in self.path else '?'}{text}")

    def labelled(self, label: str) -> "Request":
        """Say what is special about this request."""
        return replace(self, label=label)

    def after(self, seconds: float) -> "Request":
        """Let some seconds pass before it is sent."""
        return replace(self, wait=seconds)


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """One answer; status 0 means that the connection ended without one."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, None when there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def cookies(self) -> dict[str, str]:
        """Name → value of every cookie that is set and not removed."""
        pairs = (
            value.partition(";")[0].partition("=")
            for key, value in self.headers
            if key.lower() == "set-cookie"
        )
        return {name.strip(): value for name, _, value in pairs if value}

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    @property
    def data(self) -> Json:
        """The body as JSON, None when it is not JSON."""
        try:
            parsed: Json = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return parsed

    def member(self, name: str) -> Json:
        """Return one member of the JSON object in the body, None when there is none."""
        data = self.data
        return data.get(name) if isinstance(data, dict) else None

    @property
    def succeeded(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004  # the class of success, RFC 9110 15.3

    @property
    def refused(self) -> bool:
        """True for 4xx."""
        return 400 <= self.status < 500  # noqa: PLR2004  # the class of client errors, RFC 9110 15.5


def to_issuer(origin: str, method: str, path: str, cookie: str = "") -> Request:
    """Build a request below `/api/auth` as Better Auth's browser client sends it."""
    request = Request(method, f"/api/auth{path}", side=Side.ISSUER).header("Origin", origin)
    request = request.header("Cookie", cookie) if cookie else request
    return request.json({}) if method == "POST" else request
