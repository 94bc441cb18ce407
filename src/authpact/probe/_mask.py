"""Evidence: exchanges as text that is safe to print, without tokens, cookies and passwords."""

import re
import shlex
from collections.abc import Iterable
from typing import Final

from authpact.findings import Exchange
from authpact.probe._messages import Request, Response

_TOKEN: Final = re.compile(r"eyJ[A-Za-z0-9_+/=-]*(?:\.[A-Za-z0-9_+/=!-]*)*")
_SECRET_MEMBER: Final = re.compile(
    r'("(?:access_token|token|password|secret|logout_token)"\s*:\s*)"[^"]*"'
)
_FORM_SECRET: Final = re.compile(r"\b((?:access_token|token|logout_token|password)=)[^&\s;]+")
_BODY_LIMIT: Final = 240
_VALUE_LIMIT: Final = 100
_MASKED: Final = "(masked)"
_SHOWN: Final = (
    "www-authenticate",
    "content-type",
    "cache-control",
    "set-cookie",
    "set-auth-jwt",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "location",
)
_HIDDEN_IN_REQUEST: Final = ("content-type",)


def masked(text: str, sensitive: Iterable[str] = ()) -> str:
    """Return the text with everything that grants access replaced."""
    for value in sensitive:
        text = text.replace(value, _MASKED)
    text = _TOKEN.sub(f"eyJ…{_MASKED}…", text)
    text = _SECRET_MEMBER.sub(rf'\1"{_MASKED}"', text)
    return _FORM_SECRET.sub(rf"\1{_MASKED}", text)


def _short(text: str, limit: int) -> str:
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return flat if len(flat) <= limit else f"{flat[:limit]}… ({len(flat)} characters)"


def _header(name: str, value: str | bytes, sensitive: Iterable[str]) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    lowered = name.lower()
    if lowered == "authorization":
        scheme, blank, rest = text.partition(" ")
        shown = f"eyJ…{_MASKED}…" if rest.startswith("eyJ") else _MASKED if rest else ""
        return f"{name}: {_short(scheme, 12)}{blank}{shown}"
    if lowered in {"cookie", "set-cookie"}:
        cookie, _, attributes = text.partition(";")
        tail = f";{attributes}" if lowered == "set-cookie" and attributes else ""
        return f"{name}: {cookie.partition('=')[0]}={_MASKED}{tail}"
    return f"{name}: {_short(masked(text, sensitive), _VALUE_LIMIT)}"


def exchange(request: Request, response: Response, sensitive: Iterable[str]) -> Exchange:
    """Write one request and its answer, masked."""
    kept = tuple(sensitive)
    lines = [f"{request.method} {_short(masked(request.path, kept), 2 * _VALUE_LIMIT)}"]
    lines += [
        _header(name, value, kept)
        for name, value in request.headers
        if name.lower() not in _HIDDEN_IN_REQUEST
    ]
    if request.body:
        lines.append(_short(masked(request.body.decode("utf-8", "replace"), kept), _BODY_LIMIT))
    if request.label:
        lines[0] += f"   [{request.label}]"
    answer = [str(response.status) if response.status else "connection ended without an answer"]
    answer += [_header(n, v, kept) for n, v in response.headers if n.lower() in _SHOWN]
    if response.body:
        answer.append(_short(masked(response.text, kept), _BODY_LIMIT))
    return Exchange("\n".join(lines), "\n".join(answer))


def replay(request: Request, base: str, sensitive: Iterable[str]) -> str:
    """Write a curl command that repeats a request; tokens and cookies become variables."""
    kept = tuple(sensitive)
    words = ["curl", "-i", "-X", request.method]
    quoted = [shlex.quote(word) for word in words]
    quoted.append(shlex.quote(_short(masked(base + request.path, kept), 2 * _VALUE_LIMIT)))
    for name, value in request.headers:
        lowered = name.lower()
        if lowered in {"authorization", "cookie"}:
            shown = "Bearer $TOKEN" if lowered == "authorization" else "$COOKIE"
            quoted += ["-H", f'"{name}: {shown}"']
        else:
            quoted += ["-H", shlex.quote(_header(name, value, kept))]
    if request.body:
        body = _short(masked(request.body.decode("utf-8", "replace"), kept), _BODY_LIMIT)
        quoted += ["--data", shlex.quote(body)]
    return " ".join(quoted)
