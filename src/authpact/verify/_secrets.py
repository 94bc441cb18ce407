"""Shared secrets from the environment: `kid:secret[@retires][,kid:secret[@retires]]`.

Each secret is base64url of at least 32 bytes. `retires` is a UTC date or an RFC 3339 time; from
then on the key verifies nothing. A date stands for its first moment. `@` occurs in neither base64
alphabet, so an old key can keep its entry until somebody clears it away.

Requirements: key:strength, key:dedicated, key:no-example-values, key:rotation.
"""

import base64
import hmac
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Self

from authpact.contract import ALGORITHMS
from authpact.errors import ConfigurationError
from authpact.verify._keys import StaticKeys, UnknownKey
from authpact.verify._signature import HmacKey, SignatureKey

_MINIMUM_BYTES: Final = ALGORITHMS["HS256"].minimum_key_bits // 8
_MINIMUM_DISTINCT: Final = 12
"""32 random bytes have 30 distinct values; below 12 is out of reach of chance."""

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_KEY_ID: Final = re.compile(r"[\x21-\x2b\x2d-\x39\x3b-\x7e]{1,128}")
_EXAMPLE: Final = re.compile(
    r"change.?me|replace|example|placeholder|password|secret|your[-_]|insecure|1234567890",
    re.IGNORECASE,
)
_PUBLISHED: Final = frozenset({"better-auth-secret-12345678901234567890"})
"""Better Auth signs with this one where none is set outside of production."""

GENERATE: Final = (
    'python -c "import secrets; print(secrets.token_urlsafe(32))"'  # printed, never run
)


_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d))?")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry taken apart; `retires` is text, None where there is no `@`."""

    key_id: str
    secret: str
    retires: str | None


class SharedSecrets(StaticKeys):
    """HS256 keys by id; several at once, so that a rotation has an overlap.

    `retirements` maps key ids to the epoch seconds from which they verify nothing.
    """

    def __init__(
        self,
        keys: Mapping[str, SignatureKey],
        retirements: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        super().__init__(keys)
        self._retirements = dict(retirements)

    @classmethod
    def parse(
        cls,
        text: str,
        variable: str,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.time,  # noqa: TID251  # the default of the parameter
    ) -> Self:
        """Read the list and judge every entry.

        `variable` is named in the problems; `environ` is searched for the secrets of Better Auth;
        `clock` gives epoch seconds and tells whether a key is left that still verifies.
        Raises ConfigurationError with every problem, none of which repeats a secret.
        """
        keys: dict[str, SignatureKey] = {}
        retirements: dict[str, float] = {}
        problems: list[str] = []
        foreign = tuple(_better_auth_secrets(environ))
        for number, entry in enumerate(_entries(text), start=1):
            problem = _judge_entry(entry, foreign)
            if entry.key_id in keys:
                problem = "its key id occurs twice"
            if problem:
                problems.append(f"{variable}: entry {number} is refused: {problem}")
                continue
            keys[entry.key_id] = HmacKey(_decode(entry.secret))
            retirements[entry.key_id] = _moment(entry.retires)
        if not problems and all(moment <= clock() for moment in retirements.values()):
            problems.append(_nothing_left(variable, keys))
        if problems:
            raise ConfigurationError(*problems)
        return cls(keys, retirements)

    def find(self, key_id: str, now: float) -> SignatureKey:
        """Return the key with this id. Raises UnknownKey, also from its retirement on."""
        key = super().find(key_id, now)
        if now >= self._retirements.get(key_id, math.inf):
            raise UnknownKey("the key that the token names was retired")
        return key

    def in_use(self, now: float) -> tuple[str, ...]:
        """Return the ids of the keys that are not retired."""
        return tuple(key_id for key_id in self.ids if self._retirements.get(key_id, math.inf) > now)

    def holds_until(self, now: float) -> float:
        """Return the next retirement after now, in epoch seconds."""
        ahead = (moment for moment in self._retirements.values() if moment > now)
        return min(ahead, default=math.inf)


def _nothing_left(variable: str, keys: Mapping[str, SignatureKey]) -> str:
    if keys:
        return f"{variable}: every key in it was retired"
    return f"{variable} is not set: write kid:secret; a secret comes from {GENERATE}"


def _entries(text: str) -> list[_Entry]:
    return [_entry(entry) for entry in text.split(",")] if text.strip() else []


def _entry(text: str) -> _Entry:
    key_id, _, rest = text.partition(":")
    secret, at, retires = rest.partition("@")
    return _Entry(key_id.strip(), secret.strip(), retires.strip() if at else None)


def _moment(retires: str | None) -> float:
    """Return epoch seconds, infinity for a key that does not retire. Raises ValueError."""
    if retires is None:
        return math.inf
    if not _DATE.fullmatch(retires):
        raise ValueError("neither a date nor an RFC 3339 time")
    moment = datetime.fromisoformat(retires.upper())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _judge_entry(entry: _Entry, foreign: tuple[str, ...]) -> str | None:
    if not entry.secret or not _KEY_ID.fullmatch(entry.key_id):
        return "write it as kid:secret"
    if any(_same_key(entry.secret, other) for other in foreign):
        return "it is a secret of Better Auth; the API needs one of its own"
    try:
        _moment(entry.retires)
    except (ValueError, OverflowError):
        return "write its retirement as 2026-12-31 or 2026-12-31T18:00:00Z"
    return _judge_secret(entry.secret)


def _judge_secret(secret: str) -> str | None:
    """Return what is wrong with a secret, None when nothing is."""
    if secret in _PUBLISHED or _EXAMPLE.search(secret):
        return "it is an example value"
    if not _BASE64URL.fullmatch(secret) or len(secret.rstrip("=")) % 4 == 1:
        return "it is not base64url"
    raw = _decode(secret)
    if len(raw) < _MINIMUM_BYTES:
        return f"it has {len(raw)} bytes and needs {_MINIMUM_BYTES}"
    if len(set(raw)) < _MINIMUM_DISTINCT or all(0x20 <= byte < 0x7F for byte in raw):  # noqa: PLR2004  # printable ASCII
        return "it is not random"
    return None


def _decode(secret: str) -> bytes:
    text = secret.rstrip("=")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _better_auth_secrets(environ: Mapping[str, str]) -> Iterator[str]:
    listed = environ.get("BETTER_AUTH_SECRETS", "").split(",")
    several = [entry.partition(":")[2] for entry in listed]
    for value in (environ.get("BETTER_AUTH_SECRET"), environ.get("AUTH_SECRET"), *several):
        if value and value.strip():
            yield value.strip()


def _same_key(secret: str, other: str) -> bool:
    """Compare as text and as the bytes that either spelling stands for."""
    ours = set(_spellings(secret))
    return any(hmac.compare_digest(a, b) for a in ours for b in _spellings(other))


def _spellings(secret: str) -> Iterator[bytes]:
    yield secret.encode()
    yield secret.rstrip("=").encode()
    if _BASE64URL.fullmatch(secret) and len(secret.rstrip("=")) % 4 != 1:
        yield _decode(secret)
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", secret):
        yield bytes.fromhex(secret)
