"""The peers, each set up to check signature, issuer, audience and expiry of the same tokens."""

import base64
import importlib.util
import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import jwt
from joserfc.jwk import JWKRegistry, Key, OctKey
from joserfc.jwt import JWTClaimsRegistry
from joserfc.jwt import decode as joserfc_decode
from timing import Work

from authpact import Contract
from authpact.contract import default_contract
from authpact.testing import LocalIssuer

REQUIRED: Final = ["exp", "iat", "iss", "aud", "sub", "jti"]
LEEWAY: Final = 10


def installed(module: str) -> bool:
    """Tell whether a peer is there; those that are not are left out and said to be."""
    return importlib.util.find_spec(module) is not None


@cache
def issuer_of(algorithm: str) -> LocalIssuer:
    """Return an issuer whose key set is served on this machine, for peers that fetch it."""
    handler = type("_Handler", (_KeySet,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    mode = "shared-secret" if algorithm == "HS256" else "jwks"
    token = {"mode": mode, "algorithm": algorithm, "issuer": origin, "audience": origin}
    tables = default_contract().model_dump() | {
        "token": token,
        "endpoints": [{"method": "GET", "path": "/me", "access": "authenticated"}],
    }
    issuer = LocalIssuer(Contract.model_validate(tables))
    handler.body = json.dumps(issuer.key_set).encode()
    return issuer


class _KeySet(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:  # the name is the library's
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _secret(issuer: LocalIssuer) -> bytes:
    name = issuer.contract.keys.verification_keys_env
    text = issuer.environ[name].partition(":")[2]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _public(issuer: LocalIssuer) -> dict[str, str]:
    keys = json.loads(json.dumps(issuer.key_set))["keys"]
    return dict(keys[0])


def pyjwt(issuer: LocalIssuer) -> Work:
    """Return PyJWT as its manual shows it."""
    token = issuer.contract.token
    key = (
        _secret(issuer)
        if issuer.contract.algorithm.symmetric
        else jwt.PyJWK.from_dict(_public(issuer)).key
    )
    return lambda text: jwt.decode(  # noqa: TID251  # the peer that is measured
        text,
        key,
        algorithms=[token.algorithm],
        issuer=token.issuer,
        audience=token.audience,
        leeway=LEEWAY,
        options={"require": REQUIRED},
    )


def joserfc(issuer: LocalIssuer) -> Work:
    """Return joserfc with a claims registry."""
    token = issuer.contract.token
    key: Key = (
        OctKey.import_key(_secret(issuer))
        if issuer.contract.algorithm.symmetric
        else JWKRegistry.import_key(_public(issuer))
    )
    registry = JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": token.issuer},
        aud={"essential": True, "value": token.audience},
        **{name: {"essential": True} for name in ("sub", "exp", "iat", "jti")},
    )

    def verify(text: str) -> object:
        found = joserfc_decode(text, key, algorithms=[token.algorithm])
        registry.validate(found.claims)
        return found

    return verify


def python_jose(issuer: LocalIssuer) -> Work:
    """Return python-jose; it has no EdDSA."""
    from jose import jwt as jose_jwt  # noqa: PLC0415  # a peer that may be absent

    token, key = issuer.contract.token, _secret(issuer)
    return lambda text: jose_jwt.decode(
        text,
        key,
        algorithms=[token.algorithm],
        issuer=token.issuer,
        audience=token.audience,
        options={"leeway": LEEWAY, **{f"require_{name}": True for name in REQUIRED}},
    )
