"""The signature algorithms a contract may name: one row each (RFC 7518 section 3.1, RFC 8037)."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

KeyType = Literal["oct", "OKP", "EC", "RSA"]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One row: what a key for this algorithm looks like and how large its signature is."""

    name: str
    symmetric: bool
    key_type: KeyType
    curve: str | None
    minimum_key_bits: int
    signature_bytes: int | None
    """Fixed length of the signature, None where it is the length of the key."""
    source: str


_ROWS: Final = (
    Algorithm("HS256", True, "oct", None, 256, 32, "RFC 7518 3.2"),
    Algorithm("EdDSA", False, "OKP", "Ed25519", 256, 64, "RFC 8037 3.1"),
    Algorithm("ES256", False, "EC", "P-256", 256, 64, "RFC 7518 3.4"),
    Algorithm("RS256", False, "RSA", None, 2048, None, "RFC 7518 3.3"),
    Algorithm("PS256", False, "RSA", None, 2048, None, "RFC 7518 3.5"),
)

ALGORITHMS: Final = MappingProxyType({row.name: row for row in _ROWS})
"""name → row; anything not in this table is not an algorithm of authpact."""
