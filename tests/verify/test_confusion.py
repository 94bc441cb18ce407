"""One family of algorithms never stands in for another."""

import base64
import hashlib
import hmac
import json

import pytest

from authpact import Verifier
from authpact.errors import TokenInvalid
from authpact.testing import LocalIssuer

NOW = 1_800_000_000


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def mac_under(material: bytes, issuer: LocalIssuer, algorithm: str) -> str:
    """Return a good token whose MAC is keyed with something everybody can read."""
    header = {"alg": algorithm, "typ": "at+jwt", "kid": issuer.key_id}
    payload = issuer.token().split(".")[1]
    signed = f"{encode(json.dumps(header).encode())}.{payload}"
    return f"{signed}.{encode(hmac.digest(material, signed.encode(), 'sha256'))}"


def test_an_algorithm_of_another_family_is_not_ours_even_under_our_public_key(
    any_issuer: LocalIssuer, any_verifier: Verifier
) -> None:
    ours = any_issuer.contract.token.algorithm
    for material in public_forms(any_issuer):
        with pytest.raises(TokenInvalid):
            any_verifier.verify(mac_under(material, any_issuer, "HS256"))
        with pytest.raises(TokenInvalid):
            any_verifier.verify(mac_under(material, any_issuer, ours))


def public_forms(issuer: LocalIssuer) -> list[bytes]:
    """Everything an attacker can read about the public key, as key of a MAC."""
    published = json.dumps(issuer.key_set).encode()
    members = [str(v).encode() for jwk in issuer.key_set["keys"] for v in jwk.values()]
    return [published, hashlib.sha256(published).digest(), *members]


@pytest.mark.parametrize("other", ["EdDSA", "ES256", "RS256", "PS256"])
def test_a_key_of_another_algorithm_signs_nothing_here(
    other: str, any_issuer: LocalIssuer, any_verifier: Verifier
) -> None:
    if other == any_issuer.contract.token.algorithm:
        return
    token = any_issuer.contract.token.model_copy(update={"algorithm": other, "mode": "jwks"})
    stranger = LocalIssuer(
        any_issuer.contract.model_copy(update={"token": token}), clock=lambda: NOW
    )
    for name in (other, any_issuer.contract.token.algorithm):
        with pytest.raises(TokenInvalid):
            any_verifier.verify(stranger.token(header={"alg": name}))
