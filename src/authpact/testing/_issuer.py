"""An issuer for tests: keys made for it alone, tokens exactly as the contract asks for them.

Every claim and header member can be replaced or left out, so a test can ask for a wrong token too.
"""

import base64
import hmac
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from authpact.contract import Contract
from authpact.errors import ConfigurationError
from authpact.verify import KeySource, SharedSecrets, StaticKeys, read_key


class _Omit:
    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final = _Omit()
"""Give this as a claim or header member to leave it out of the token."""

_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_Sign = Callable[[bytes], bytes]


class _KeySet(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        """Answer with the key set, whatever the path is."""
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing: a test has its own output."""


class LocalIssuer:
    """Issues tokens of one contract under keys of its own.

    `clock` gives epoch seconds; `key_id` is the `kid` of its one key.
    """

    def __init__(
        self,
        contract: Contract,
        *,
        key_id: str = "local-1",
        clock: Callable[[], float] = time.time,  # noqa: TID251  # the default of the parameter
    ) -> None:
        self.contract = contract
        self.key_id = key_id
        self._clock = clock
        self._secret = secrets.token_urlsafe(32)
        self._sign, jwk = _new_key(contract.token.algorithm, self._secret)
        self._public = {**jwk, "kid": key_id, "alg": contract.token.algorithm}

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of an API that trusts this issuer, for `install`."""
        names = self.contract.keys
        if self.contract.algorithm.symmetric:
            return MappingProxyType({names.verification_keys_env: f"{self.key_id}:{self._secret}"})
        return MappingProxyType(
            {names.jwks_url_env: self.contract.token.issuer + self.contract.keys.jwks_path}
        )

    @contextmanager
    def serving(self) -> Iterator[Mapping[str, str]]:
        """Serve the key set on this machine; yield the environment of an API that fetches it."""
        if self.contract.algorithm.symmetric:
            yield self.environ
            return
        body = json.dumps(self.key_set).encode()
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Served", (_KeySet,), {"body": body}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}{self.contract.keys.jwks_path}"
            yield MappingProxyType({self.contract.keys.jwks_url_env: url})
        finally:
            server.shutdown()
            server.server_close()

    @property
    def keys(self) -> KeySource:
        """The keys of an API that trusts this issuer, for `install` or `Verifier`."""
        if self.contract.algorithm.symmetric:
            return SharedSecrets.parse(
                f"{self.key_id}:{self._secret}", self.contract.keys.verification_keys_env, {}
            )
        return StaticKeys({self.key_id: read_key(self._public, self.contract.algorithm)})

    @property
    def key_set(self) -> dict[str, object]:
        """The JWKS document of this issuer; empty where the secret is shared."""
        return {"keys": [] if self.contract.algorithm.symmetric else [self._public]}

    def token(
        self,
        subject: str = "user-1",
        roles: Iterable[str] = (),
        *,
        tenant: str | None = None,
        header: Mapping[str, object] = MappingProxyType({}),
        **claims: object,
    ) -> str:
        """Sign an access token for the subject; `claims` and `header` replace members.

        `tenant` is the organization it speaks for. Raises ConfigurationError where the contract
        has none.
        """
        now = int(self._clock())
        payload: dict[str, object] = {
            "iss": self.contract.token.issuer,
            "aud": self.contract.token.audience,
            "sub": subject,
            "iat": now,
            "exp": now + self.contract.token.lifetime,
            "jti": str(uuid.uuid4()),
            "client_id": self.contract.token.client,
            "sid": f"session-of-{subject}",
            **({self.contract.token.roles_claim: list(roles)} if self.contract.roles else {}),
            **self._tenancy(tenant),
            **claims,
        }
        return self.sign(payload, **{"typ": self.contract.token.type, **header})

    def _tenancy(self, tenant: str | None) -> dict[str, str]:
        claim = self.contract.tenant_claim
        if tenant is None:
            return {}
        if claim is None:
            raise ConfigurationError("the contract has no organizations")
        return {claim: tenant}

    def logout_token(
        self, session_id: str | None = None, subject: str | None = None, **claims: object
    ) -> str:
        """Sign a logout token for a session, a subject or both (back-channel mode)."""
        now = int(self._clock())
        payload: dict[str, object] = {
            "iss": self.contract.token.issuer,
            "aud": self.contract.token.audience,
            "iat": now,
            "exp": now + 120,
            "jti": str(uuid.uuid4()),
            "events": {_EVENT: {}},
            "sid": OMIT if session_id is None else session_id,
            "sub": OMIT if subject is None else subject,
            **claims,
        }
        return self.sign(payload, typ="logout+jwt")

    def headers(
        self, subject: str = "user-1", roles: Iterable[str] = (), *, tenant: str | None = None
    ) -> dict[str, str]:
        """Return the request headers of a signed-in user. Raises as `token` does."""
        return {"Authorization": f"Bearer {self.token(subject, roles, tenant=tenant)}"}

    def sign(self, payload: Mapping[str, object], **header: object) -> str:
        """Sign any claims under this issuer's key, `header` members replaced or left out."""
        members: dict[str, object] = {
            "alg": self.contract.token.algorithm,
            "kid": self.key_id,
            **header,
        }
        return self.sign_raw(_json(members), _json(payload))

    def sign_raw(self, header: bytes, payload: bytes) -> str:
        """Sign two byte strings as they are: for tokens that are not even JSON."""
        signing_input = _encode(header) + b"." + _encode(payload)
        return (signing_input + b"." + _encode(self._sign(signing_input))).decode()


def _encode(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _json(members: Mapping[str, object]) -> bytes:
    kept = {name: value for name, value in members.items() if value is not OMIT}
    return json.dumps(kept, separators=(",", ":")).encode()


def _text(number: int, length: int) -> str:
    return _encode(number.to_bytes(length)).decode()


def _new_key(algorithm: str, secret: str) -> tuple[_Sign, dict[str, object]]:
    """Return a signing function and the public JWK that belongs to it."""
    if algorithm == "HS256":
        raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        return lambda data: hmac.digest(raw, data, "sha256"), {}
    if algorithm == "EdDSA":
        return _new_ed25519()
    if algorithm == "ES256":
        return _new_p256()
    return _new_rsa(algorithm)


def _new_ed25519() -> tuple[_Sign, dict[str, object]]:
    key = Ed25519PrivateKey.generate()
    x = _encode(key.public_key().public_bytes_raw()).decode()
    return key.sign, {"kty": "OKP", "crv": "Ed25519", "x": x}


def _new_p256() -> tuple[_Sign, dict[str, object]]:
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    return sign, {"kty": "EC", "crv": "P-256", "x": _text(point.x, 32), "y": _text(point.y, 32)}


def _new_rsa(algorithm: str) -> tuple[_Sign, dict[str, object]]:
    key = rsa.generate_private_key(65537, 2048)
    numbers = key.public_key().public_numbers()
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if algorithm == "PS256":
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    jwk: dict[str, object] = {"kty": "RSA", "n": _text(numbers.n, 256), "e": _text(65537, 3)}
    return lambda data: key.sign(data, scheme, hashes.SHA256()), jwk
