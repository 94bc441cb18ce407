"""Shared secrets from the environment: `kid:secret[,kid:secret]`, each base64url of ≥ 32 bytes.

Requirements: key:strength, key:dedicated, key:no-example-values, key:rotation.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Final, Self

from authpact.contract import ALGORITHMS
from authpact.errors import ConfigurationError
from authpact.verify._keys import StaticKeys
from authpact.verify._signature import HmacKey

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


class SharedSecrets(StaticKeys):
    """HS256 keys by id; several at once, so that a rotation has an overlap."""

    @classmethod
    def parse(cls, text: str, variable: str, environ: Mapping[str, str]) -> Self:
        """Read the list and judge every entry.

        `variable` is named in the problems; `environ` is searched for the secrets of Better Auth.
        Raises ConfigurationError with every problem, none of which repeats a secret.
        """
        keys: dict[str, HmacKey] = {}
        problems: list[str] = []
        foreign = tuple(_better_auth_secrets(environ))
        for number, entry in enumerate(_entries(text), start=1):
            key_id, _, secret = (part.strip() for part in entry.partition(":"))
            problem = _judge_entry(key_id, secret, foreign)
            if key_id in keys:
                problem = "its key id occurs twice"
            if problem:
                problems.append(f"{variable}: entry {number} is refused: {problem}")
            else:
                keys[key_id] = HmacKey(_decode(secret))
        if not keys and not problems:
            problems.append(
                f"{variable} is not set: write kid:secret; a secret comes from {GENERATE}"
            )
        if problems:
            raise ConfigurationError(*problems)
        return cls(keys)


def _entries(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",")] if text.strip() else []


def _judge_entry(key_id: str, secret: str, foreign: tuple[str, ...]) -> str | None:
    if not secret or not _KEY_ID.fullmatch(key_id):
        return "write it as kid:secret"
    if any(_same_key(secret, other) for other in foreign):
        return "it is a secret of Better Auth; the API needs one of its own"
    return _judge_secret(secret)


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
