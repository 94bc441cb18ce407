"""Keys of a key set: keyset:usable-keys, key:strength, algorithm:one-family."""

import base64
import json

import pytest

from authpact.contract import ALGORITHMS
from authpact.testing import LocalIssuer
from authpact.verify import UnusableKeyError, read_key, read_key_set

ASYMMETRIC = [name for name, row in ALGORITHMS.items() if not row.symmetric]
B64_32 = base64.urlsafe_b64encode(b"k" * 32).rstrip(b"=").decode()


def jwk_of(issuer: LocalIssuer) -> dict[str, object]:
    (jwk,) = issuer.key_set["keys"]  # type: ignore[misc]  # a list of one
    return dict(jwk)


def usable(jwk: dict[str, object], algorithm: str) -> bool:
    try:
        read_key(jwk, ALGORITHMS[algorithm])
    except UnusableKeyError:
        return False
    return True


@pytest.fixture(params=ASYMMETRIC)
def signer(request: pytest.FixtureRequest, contracts) -> LocalIssuer:  # noqa: ANN001
    return LocalIssuer(contracts(request.param))


def test_a_key_is_good_for_its_own_algorithm_only(signer: LocalIssuer) -> None:
    jwk = jwk_of(signer)
    for name in ALGORITHMS:
        assert usable(jwk, name) == (name == signer.contract.token.algorithm)


def test_a_key_without_alg_is_taken_for_the_algorithm_of_the_contract(
    signer: LocalIssuer,
) -> None:
    jwk = jwk_of(signer)
    del jwk["alg"]
    assert usable(jwk, signer.contract.token.algorithm)


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"use": None},
        {"key_ops": ["sign"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"alg": "HS256"},
        {"alg": "RS512"},
        {"alg": None},
        {"kty": "oct", "k": B64_32},
        {"kty": None},
        {"d": B64_32},
        {"crv": "secp256k1", "n": 1},
        {"x": "", "n": ""},
        {"x": 1, "n": 1},
        {"x": "é", "n": "é"},
        {"x": B64_32 + "=", "n": B64_32},
        {"x": B64_32[:-2], "n": B64_32[:-2]},
    ],
    ids=str,
)
def test_a_key_is_left_out_for(change: dict[str, object], signer: LocalIssuer) -> None:
    assert not usable({**jwk_of(signer), **change}, signer.contract.token.algorithm)


def test_a_key_that_allows_verification_is_used(signer: LocalIssuer) -> None:
    jwk = {**jwk_of(signer), "use": "sig", "key_ops": ["verify"]}
    assert usable(jwk, signer.contract.token.algorithm)


@pytest.mark.parametrize("bits", [512, 1024, 2047, 16384])
def test_an_rsa_key_of_a_wrong_size_is_left_out(bits: int) -> None:
    modulus = base64.urlsafe_b64encode(((1 << bits) - 1).to_bytes((bits + 7) // 8)).rstrip(b"=")
    assert not usable({"kty": "RSA", "n": modulus.decode(), "e": "AQAB"}, "RS256")


@pytest.mark.parametrize(("x", "y"), [(B64_32, B64_32), ("AA", B64_32), (B64_32 + "AAAA", B64_32)])
def test_a_point_that_is_not_on_the_curve_is_left_out(x: str, y: str) -> None:
    assert not usable({"kty": "EC", "crv": "P-256", "x": x, "y": y}, "ES256")


def test_bad_entries_are_skipped_and_good_ones_kept(signer: LocalIssuer) -> None:
    good = jwk_of(signer)
    entries = [good, {"kty": "oct", "k": B64_32, "kid": "o"}, {**good, "kid": 1}, 7, {"kid": "x"}]
    read = read_key_set(json.dumps({"keys": entries}).encode(), signer.contract.algorithm)
    assert set(read.keys) == {"local-1"}
    assert len(read.left_out) == 4
    assert B64_32 not in str(read.left_out)


def test_an_id_that_occurs_twice_names_no_key(signer: LocalIssuer) -> None:
    twice = {"keys": [jwk_of(signer), jwk_of(signer)]}
    assert not read_key_set(json.dumps(twice).encode(), signer.contract.algorithm).keys
