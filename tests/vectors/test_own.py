"""Vectors of our own making, for the same classes: they always run.

Every case starts from a signature that holds and spoils one thing about it, for each algorithm.
"""

import base64
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from authpact import Contract
from authpact.contract import ALGORITHMS
from authpact.errors import VerificationError
from authpact.testing import LocalIssuer
from authpact.verify import SignatureKey
from authpact.verify._gate import as_bytes, decode, split

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module", params=ALGORITHMS)
def issuer(request: pytest.FixtureRequest) -> LocalIssuer:
    return issuer_of(request.param)


def issuer_of(algorithm: str) -> LocalIssuer:
    mode = "shared-secret" if algorithm == "HS256" else "jwks"
    return LocalIssuer(Contract.model_validate({"token": {"algorithm": algorithm, "mode": mode}}))


def signed(issuer: LocalIssuer) -> tuple[SignatureKey, bytes, bytes]:
    parts = split(as_bytes(issuer.token()))
    return issuer.keys.find(issuer.key_id, 0), parts.signing_input, parts.signature


def halves(r: int, s: int) -> bytes:
    return r.to_bytes(32) + s.to_bytes(32)


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "an empty signature": lambda _: b"",
    "one byte less": lambda s: s[:-1],
    "one byte more": lambda s: s + b"\0",
    "a leading zero": lambda s: b"\0" + s,
    "a zero before its second half": lambda s: s[: len(s) // 2] + b"\0" + s[len(s) // 2 :],
    "all zeros": lambda s: bytes(len(s)),
    "all ones": lambda s: b"\xff" * len(s),
    "the first bit": lambda s: bytes([s[0] ^ 0x80]) + s[1:],
    "the last bit": lambda s: s[:-1] + bytes([s[-1] ^ 1]),
    "twice itself": lambda s: s + s,
    "its halves exchanged": lambda s: s[len(s) // 2 :] + s[: len(s) // 2],
}


def test_a_good_signature_holds(issuer: LocalIssuer) -> None:
    key, text, signature = signed(issuer)
    assert key.verifies(text, signature)
    expected = issuer.contract.algorithm.signature_bytes
    assert len(signature) == (256 if expected is None else expected)


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_spoiled_signature_does_not(spoil: Callable[[bytes], bytes], issuer: LocalIssuer) -> None:
    key, text, signature = signed(issuer)
    assert not key.verifies(text, spoil(signature))


def test_any_other_text_is_not_what_was_signed(issuer: LocalIssuer) -> None:
    key, text, signature = signed(issuer)
    for other in (b"", text + b"A", text[:-1], text.swapcase(), text.replace(b".", b"..")):
        assert not key.verifies(other, signature)


def test_edge_values_of_an_elliptic_signature_are_refused() -> None:
    key, text, signature = signed(issuer_of("ES256"))
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    for pair in ((0, 0), (0, s), (r, 0), (P256_ORDER, s), (r, P256_ORDER), (1, 1)):
        assert not key.verifies(text, halves(*pair))
    assert not key.verifies(text, encode_dss_signature(r, s))
    assert not key.verifies(text, halves(s, r))


def test_the_two_paddings_of_rsa_do_not_stand_in_for_each_other() -> None:
    first, second = issuer_of("RS256"), issuer_of("PS256")
    for issuer, other in ((first, "PS256"), (second, "RS256")):
        _, text, signature = signed(issuer)
        (jwk,) = issuer.key_set["keys"]  # type: ignore[misc]  # a list of one
        changed = {**jwk, "alg": other}
        from authpact.verify import read_key  # noqa: PLC0415  # beside its only use

        assert not read_key(changed, ALGORITHMS[other]).verifies(text, signature)


@pytest.mark.parametrize(
    ("part", "raw"),
    [(b"", b""), (b"AA", b"\0"), (b"AAA", b"\0\0"), (b"AAAA", b"\0\0\0"), (b"_-8", b"\xff\xef")],
)
def test_canonical_base64url_is_decoded(part: bytes, raw: bytes) -> None:
    assert decode(part) == raw
    assert base64.urlsafe_b64encode(raw).rstrip(b"=") == part


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 31, 32, 33])
def test_every_byte_string_has_exactly_one_spelling(length: int) -> None:
    raw = bytes(range(200, 200 + length))
    good = base64.urlsafe_b64encode(raw).rstrip(b"=")
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spellings = []
    for last in alphabet:
        try:
            if decode(good[:-1] + bytes([last])) == raw:
                spellings.append(good[:-1] + bytes([last]))
        except VerificationError:
            continue
    assert spellings == [good]


def test_tokens_of_an_independent_library_are_accepted(issuer: LocalIssuer) -> None:
    """The same claims signed by joserfc, where its key is made of our public and private parts."""
    from joserfc import jws  # noqa: PLC0415  # an independent judge of what we sign
    from joserfc.jwk import KeySet, OctKey  # noqa: PLC0415

    algorithm = issuer.contract.token.algorithm
    if algorithm == "HS256":
        secret = issuer.environ["API_JWT_KEYS"].partition(":")[2]
        keys = KeySet([OctKey.import_key({"kty": "oct", "k": secret, "kid": issuer.key_id})])
    else:
        keys = KeySet.import_key_set(issuer.key_set)  # type: ignore[arg-type]  # a key set
    accepted = jws.deserialize_compact(issuer.token(), keys, algorithms=[algorithm])
    assert json.loads(accepted.payload)["sub"] == "user-1"
