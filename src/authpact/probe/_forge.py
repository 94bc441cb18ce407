"""Forgeries: tokens with any header, any payload and a real signature, or none.

Signatures are made by joserfc. Keys too weak for it (published texts, the empty key) go to the
HMAC of cryptography, because an API that accepts them is what a probe looks for.
"""

import base64
import json
import uuid
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes, hmac
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from authpact.errors import ProbeError
from authpact.probe._messages import Claims, Json

Key: TypeAlias = OctKey | OKPKey | ECKey | RSAKey
_SHARED_SECRET_BYTES = 32
_RSA_BITS = 2048
_KINDS: dict[str, type[OctKey | OKPKey | ECKey | RSAKey]] = {
    "HS256": OctKey,
    "EdDSA": OKPKey,
    "ES256": ECKey,
    "RS256": RSAKey,
    "PS256": RSAKey,
}


def encode(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url, padded or not. Raises ValueError for anything else."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def segment(value: Json) -> str:
    """Write one JSON value as a part of a token."""
    return encode(json.dumps(value, separators=(",", ":")).encode())


def payload_of(token: str) -> Claims:
    """Read the claims of a token without any check; empty when there are none to read."""
    return _part(token, 1)


def header_of(token: str) -> Claims:
    """Read the header of a token without any check; empty when there is none to read."""
    return _part(token, 0)


def _part(token: str, index: int) -> Claims:
    try:
        value: Json = json.loads(decode(token.split(".")[index]))
    except (ValueError, IndexError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def without(claims: Claims, *names: str) -> Claims:
    """Return a copy without these claims."""
    return {name: value for name, value in claims.items() if name not in names}


@dataclass(frozen=True, slots=True)
class Signer:
    """A key with its algorithm and id: makes signed tokens, right or deliberately wrong."""

    algorithm: str
    key_id: str
    key: Key = field(repr=False)

    def header(self, **changes: Json) -> Claims:
        """Return the header of the contract with some members changed."""
        return {"alg": self.algorithm, "typ": "at+jwt", "kid": self.key_id, **changes}

    def signature(self, text: str) -> bytes:
        """Sign the first two parts of a token."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            model = JWSRegistry.algorithms[self.algorithm]
            return model.sign(text.encode(), self.key)

    def sign(self, claims: Claims, header: Claims | None = None) -> str:
        """Return a token with these claims; the header is the contract's unless given."""
        return self.sign_parts(segment(header or self.header()), segment(claims))

    def sign_parts(self, header: str, payload: str) -> str:
        """Sign two parts as they are, whatever they hold."""
        return f"{header}.{payload}.{encode(self.signature(f'{header}.{payload}'))}"

    def sign_text(self, payload: bytes) -> str:
        """Sign these bytes as the payload, JSON or not."""
        return self.sign_parts(segment(self.header()), encode(payload))

    def as_algorithm(self, algorithm: str) -> "Signer":
        """Use the same key with another algorithm of its family."""
        return replace(self, algorithm=algorithm)

    @property
    def secret(self) -> bytes:
        """The bytes of a shared secret. Raises ProbeError for a key pair."""
        if not isinstance(self.key, OctKey):
            raise ProbeError("A key pair has no shared secret.")
        return self.key.raw_value

    @property
    def public(self) -> Claims:
        """The public JWK with id and use. Raises ProbeError for a shared secret."""
        if isinstance(self.key, OctKey):
            raise ProbeError("A shared secret has no public key.")
        members: Claims = json.loads(json.dumps(self.key.as_dict(private=False)))
        return {**members, "kid": self.key_id, "alg": self.algorithm, "use": "sig"}


@dataclass(frozen=True, slots=True)
class Signing:
    """The keys a target gives: the current one, and for a rotation another and a retired one."""

    current: Signer
    other: Signer | None = None
    retired: Signer | None = None


def generate(algorithm: str, key_id: Json = None) -> Signer:
    """Make a fresh key for an algorithm of the contract's table, under this id or a new one."""
    identity = str(key_id or f"probe-{uuid.uuid4().hex[:8]}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        if algorithm.startswith("HS"):
            key: Key = OctKey.generate_key(_SHARED_SECRET_BYTES * 8)
        elif algorithm == "EdDSA":
            key = OKPKey.generate_key("Ed25519")
        elif algorithm == "ES256":
            key = ECKey.generate_key("P-256")
        else:
            key = RSAKey.generate_key(_RSA_BITS)
    return Signer(algorithm, identity, key)


@cache
def _foreign(algorithm: str) -> Signer:
    return generate(algorithm)


def foreign(algorithm: str, key_id: Json) -> Signer:
    """Return a key that no API knows, under any id; made once for each algorithm."""
    return replace(_foreign(algorithm), key_id=str(key_id))


def shared(secret: str, key_id: str, algorithm: str = "HS256") -> Signer:
    """Take a shared secret written as base64url. Raises ProbeError when it is not usable."""
    try:
        return Signer(algorithm, key_id, OctKey.import_key(decode(secret)))
    except ValueError as error:
        raise ProbeError("The shared secret is not base64url of at least one byte.") from error


def from_jwk(text: str, algorithm: str, key_id: str | None = None) -> Signer:
    """Take a private JWK. Raises ProbeError when it cannot be used for the algorithm."""
    try:
        members = json.loads(text)
        key = _KINDS[algorithm].import_key(members)
        identity = key_id or str(members.get("kid", ""))
    except (ValueError, AttributeError, KeyError, JoseError) as error:
        raise ProbeError(f"The key is not a private JWK for {algorithm}.") from error
    if not identity:
        raise ProbeError("The private JWK has no `kid`; name the key id.")
    return Signer(algorithm, identity, key)


def from_jwk_file(path: Path, algorithm: str, key_id: str | None = None) -> Signer:
    """Read a private JWK from a file. Raises ProbeError when that fails."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ProbeError(f"The key file {path} cannot be read.") from error
    return from_jwk(text, algorithm, key_id)


def keyed_with(secret: bytes, claims: Claims, header: Mapping[str, Json]) -> str:
    """Return a token whose HS256 signature is keyed with any bytes, weak or empty ones too."""
    text = f"{segment(dict(header))}.{segment(claims)}"
    mac = hmac.HMAC(secret, hashes.SHA256())
    mac.update(text.encode())
    return f"{text}.{encode(mac.finalize())}"
