"""Signature keys: one class per family, each good for one algorithm and nothing else.

The primitives are those of `cryptography` and of the standard library (requirement
crypto:libraries); what stands here is only which of them, with which exact lengths (requirement
signature:encoding).
"""

import hmac
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


class SignatureKey(Protocol):
    """A key that is bound to its algorithm."""

    def verifies(self, signing_input: bytes, signature: bytes) -> bool:
        """Tell whether the signature is this key's over the signing input; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class HmacKey:
    """HS256 (RFC 7518 3.2)."""

    secret: bytes = field(repr=False)

    def verifies(self, signing_input: bytes, signature: bytes) -> bool:
        """Compare in constant time; a shorter or longer value is never equal."""
        return hmac.compare_digest(hmac.digest(self.secret, signing_input, "sha256"), signature)


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    """EdDSA over Ed25519 (RFC 8037 3.1)."""

    key: Ed25519PublicKey

    def verifies(self, signing_input: bytes, signature: bytes) -> bool:
        """Return False for any signature that does not hold, of any length."""
        try:
            self.key.verify(signature, signing_input)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class P256Key:
    """ES256: r and s of 32 bytes each, never DER (RFC 7518 3.4)."""

    key: ec.EllipticCurvePublicKey

    def verifies(self, signing_input: bytes, signature: bytes) -> bool:
        """Return False for any signature that does not hold, of any length."""
        if len(signature) != 64:  # noqa: PLR2004  # two integers of 32 bytes
            return False
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        try:
            self.key.verify(encode_dss_signature(r, s), signing_input, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class RsaKey:
    """RS256 or PS256, as the padding says (RFC 7518 3.3 and 3.5)."""

    key: RSAPublicKey
    padding: padding.AsymmetricPadding

    def verifies(self, signing_input: bytes, signature: bytes) -> bool:
        """Return False for any signature that does not hold, of any length."""
        if len(signature) != (self.key.key_size + 7) // 8:
            return False
        try:
            self.key.verify(signature, signing_input, self.padding, hashes.SHA256())
        except InvalidSignature:
            return False
        return True
