"""The gate: from bytes of a stranger to three decoded parts and two JSON objects, or a refusal.

Nothing here knows a key. Every check is cheaper than the one after it, and the size comes first,
so that a hostile token costs less than a good one.

Requirements: token:size, token:shape, token:type, token:critical-header, algorithm:pinned,
algorithm:none-refused, key:by-id, key:not-from-token.
"""

import binascii
import json
import math
import re
from typing import Final, NamedTuple, NoReturn

from authpact.errors import TokenInvalid, TokenMalformed

MAXIMUM_BYTES: Final = 8192
"""Longest token that is looked at; ten times a token of the contract."""

MAXIMUM_DEPTH: Final = 16
"""Deepest nesting of objects and lists in a header or in claims."""

FORBIDDEN_MEMBERS: Final = frozenset({"crit", "b64", "zip", "cty", "jku", "jwk", "x5u", "x5c"})
"""Header members that change what is signed or bring a key along (RFC 7515 4.1, RFC 7797 3)."""

_COMPACT: Final = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_LAST: Final = {0: None, 2: frozenset(b"AQgw"), 3: frozenset(b"AEIMQUYcgkosw048")}
"""Length of a part modulo 4 → the last characters whose unused bits are zero (RFC 4648 3.5)."""


class Parts(NamedTuple):
    """A compact JWS taken apart; `signing_input` is what the signature covers (RFC 7515 5.2)."""

    header: bytes
    payload: bytes
    signature: bytes
    signing_input: bytes


def as_bytes(token: object) -> bytes:
    """Return the bytes of a token of bearable size. Raises TokenMalformed."""
    if not isinstance(token, (str, bytes)):  # a union would be built anew for every token
        raise TokenMalformed("the token is not text")
    if len(token) > MAXIMUM_BYTES:
        raise TokenMalformed(f"the token is longer than {MAXIMUM_BYTES} bytes")
    if isinstance(token, bytes):
        return token
    try:
        return token.encode("ascii")
    except UnicodeEncodeError:
        raise TokenMalformed("the token has characters outside of ASCII") from None


def split(raw: bytes) -> Parts:
    """Take a compact JWS apart: alphabet, three parts, canonical encoding.

    Raises TokenMalformed. Header and payload stay encoded; `read_object` opens them.
    """
    match = _COMPACT.fullmatch(raw)
    if match is None:
        raise TokenMalformed("the token is not three base64url parts")
    header, payload, signature = match.groups()
    return Parts(header, payload, decode(signature), raw[: match.end(2)])


def decode(part: bytes) -> bytes:
    """Decode one part of unpadded base64url in its only spelling (RFC 7515 2).

    Raises TokenMalformed where another spelling of the same bytes was used: two spellings of one
    token would be two tokens to a cache or a deny list.
    """
    remainder = len(part) % 4
    if remainder == 1:
        raise TokenMalformed("a part of the token has an impossible length")
    last = _LAST[remainder]
    if last is not None and part[-1] not in last:
        raise TokenMalformed("a part of the token is not in canonical base64url")
    return binascii.a2b_base64(part.translate(_TO_STANDARD) + b"=" * (-len(part) % 4))


def read_object(encoded: bytes, what: str) -> dict[str, object]:
    """Decode and parse one JSON object: UTF-8, unique names, finite numbers, bounded depth.

    `what` names the part in the reason. Raises TokenMalformed.
    """
    raw = decode(encoded)
    try:
        text = raw.decode("utf-8")
        value = _parse(text)
        if "\\u" in text:
            _refuse_lone_surrogates(value)
    except (ValueError, RecursionError):
        raise TokenMalformed(f"the {what} is not one plain JSON object") from None
    if not isinstance(value, dict):
        raise TokenMalformed(f"the {what} is not a JSON object")
    if raw.count(b"{") + raw.count(b"[") > MAXIMUM_DEPTH and _too_deep(value):
        raise TokenMalformed(f"the {what} is nested too deeply")
    return value


def read_key_id(header: dict[str, object], algorithm: str, token_type: str) -> str:
    """Check the members of a header against the contract and return the key id.

    Raises TokenInvalid: the header is well-formed, it is only not ours.
    """
    if header.get("alg") != algorithm:
        raise TokenInvalid("the algorithm is not the contract's")
    if not FORBIDDEN_MEMBERS.isdisjoint(header):
        raise TokenInvalid("the header has a member that is never accepted")
    if _media_type(header.get("typ")) != token_type:
        raise TokenInvalid(f"the type is not {token_type}")
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise TokenInvalid("the key id is not text")
    return key_id


def _media_type(value: object) -> str | None:
    """Media types ignore case and may leave out `application/` (RFC 7515 4.1.9)."""
    if not isinstance(value, str) or not value.isascii():
        return None
    return value.lower().removeprefix("application/")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is not finite")
    return value


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant
)


def _parse(text: str) -> object:
    """Parse JSON; most issuers write no white space around it, and then one call does it all."""
    if text.startswith("{"):
        value, end = _DECODER.raw_decode(text)
        if end == len(text):
            return value
    return _DECODER.decode(text)


def _refuse_lone_surrogates(value: object) -> None:
    """Half a surrogate pair is no text: no database and no log can take it."""
    json.dumps(value, ensure_ascii=False).encode("utf-8")


def _too_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAXIMUM_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return [child for child in node.values() if isinstance(child, dict | list)]
    return [child for child in node if isinstance(child, dict | list)]  # type: ignore[attr-defined]  # only containers get here
