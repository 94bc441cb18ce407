"""JSON Web Keys: from the text of a key set to keys that are bound to the contract's algorithm.

Requirements: keyset:usable-keys, key:strength, algorithm:one-family. RFC 7517, RFC 7518 6,
RFC 8037 2.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from authpact.contract import Algorithm
from authpact.errors import TokenMalformed
from authpact.verify import _gate
from authpact.verify._signature import Ed25519Key, P256Key, RsaKey, SignatureKey

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_MAXIMUM_RSA_BITS: Final = 8192
"""A larger key makes every verification a denial of service."""

Jwk = Mapping[str, object]


class UnusableKeyError(ValueError):
    """A JWK that must not verify access tokens; the message says why, without key material."""


def read_key(jwk: Jwk, algorithm: Algorithm) -> SignatureKey:
    """Turn one public JWK into a key of this algorithm. Raises UnusableKeyError."""
    if jwk.get("kty") != algorithm.key_type or algorithm.symmetric:
        raise UnusableKeyError("the key type is not the contract's")
    if not _PRIVATE.isdisjoint(jwk):
        raise UnusableKeyError("the key set publishes a private key")
    if jwk.get("use", "sig") != "sig" or not _allows_verification(jwk.get("key_ops")):
        raise UnusableKeyError("the key is not meant for signatures")
    if jwk.get("alg", algorithm.name) not in _names(algorithm):
        raise UnusableKeyError("the key is for another algorithm")
    if algorithm.curve is not None and jwk.get("crv") != algorithm.curve:
        raise UnusableKeyError("the curve is not the contract's")
    try:
        return _READERS[algorithm.name](jwk)
    except (ValueError, TokenMalformed) as error:
        if isinstance(error, UnusableKeyError):
            raise
        raise UnusableKeyError("the key material is malformed") from None


@dataclass(frozen=True, slots=True)
class ReadKeySet:
    """The usable keys by id, and why each of the others was left out."""

    keys: Mapping[str, SignatureKey]
    left_out: tuple[str, ...]


def read_key_set(text: bytes, algorithm: Algorithm) -> ReadKeySet:
    """Read a key set; entries that cannot be used, and ids that occur twice, are left out.

    Raises UnusableKeyError where the text is no key set at all.
    """
    try:
        document = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnusableKeyError("the key set is not JSON") from None
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UnusableKeyError("the key set has no list of keys")
    named = [entry for entry in entries if isinstance(entry, dict) and _id(entry)]
    occurrences = Counter(_id(entry) for entry in named)
    keys: dict[str, SignatureKey] = {}
    left_out = ["an entry has no key id"] * (len(entries) - len(named))
    for entry in named:
        if occurrences[_id(entry)] > 1:
            left_out.append("a key id occurs twice")
            continue
        try:
            keys[_id(entry)] = read_key(entry, algorithm)
        except UnusableKeyError as error:
            left_out.append(str(error))
    return ReadKeySet(MappingProxyType(keys), tuple(left_out))


def _id(entry: Jwk) -> str:
    key_id = entry.get("kid")
    return key_id if isinstance(key_id, str) else ""


def _allows_verification(operations: object) -> bool:
    return operations is None or (isinstance(operations, list) and "verify" in operations)


def _names(algorithm: Algorithm) -> tuple[str, ...]:
    """Return the `alg` values of such a key; it may name its curve instead (RFC 9864 2.2)."""
    return (algorithm.name, "Ed25519") if algorithm.name == "EdDSA" else (algorithm.name,)


def _member(jwk: Jwk, name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        raise UnusableKeyError("a member of the key is not base64url")
    return _gate.decode(value.encode())


def _ed25519(jwk: Jwk) -> SignatureKey:
    return Ed25519Key(Ed25519PublicKey.from_public_bytes(_member(jwk, "x")))


def _p256(jwk: Jwk) -> SignatureKey:
    x, y = _member(jwk, "x"), _member(jwk, "y")
    if len(x) != 32 or len(y) != 32:  # noqa: PLR2004  # RFC 7518 6.2.1.2: full length
        raise UnusableKeyError("the coordinates do not have 32 bytes")
    point = b"\x04" + x + y
    return P256Key(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))


def _rsa(scheme: padding.AsymmetricPadding) -> Callable[[Jwk], SignatureKey]:
    def read(jwk: Jwk) -> SignatureKey:
        modulus = int.from_bytes(_member(jwk, "n"))
        if not 2048 <= modulus.bit_length() <= _MAXIMUM_RSA_BITS:  # noqa: PLR2004  # RFC 7518 3.3
            raise UnusableKeyError("the RSA key is too short or too long")
        exponent = int.from_bytes(_member(jwk, "e"))
        return RsaKey(rsa.RSAPublicNumbers(exponent, modulus).public_key(), scheme)

    return read


_READERS: Final[Mapping[str, Callable[[Jwk], SignatureKey]]] = MappingProxyType(
    {
        "EdDSA": _ed25519,
        "ES256": _p256,
        "RS256": _rsa(padding.PKCS1v15()),
        "PS256": _rsa(padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)),
    }
)
