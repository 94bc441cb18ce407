"""Foreign vectors (C2SP/wycheproof, JSON Web Signature and Key) through the real code path.

The folder above `wycheproof/` is named by AUTHPACT_VECTORS. Without it the tests are skipped by
name, or fail where AUTHPACT_REQUIRE_ALL=1. Whatever is decided differently is listed with its
reason, and a reason that is not needed any more is a failure too.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from authpact.contract import ALGORITHMS, Algorithm
from authpact.errors import ConfigurationError, VerificationError
from authpact.verify import SharedSecrets, SignatureKey, UnusableKeyError, read_key_set
from authpact.verify._gate import FORBIDDEN_MEMBERS, as_bytes, decode, read_object, split
from authpact.verify._signature import HmacKey

Jwk = Mapping[str, object]

SIGNATURES, KEYS = "json_web_signature_test", "json_web_key_test"
NOT_OURS = "the algorithm is none that a contract can name"
EMPTY = "an access token has claims: an empty part is no shape of one"
FOREIGN_TEXT = "one token has one spelling: a foreign character is refused, not skipped"
SAME_TEXT = "letter by letter the valid vector 357: the padding it speaks of is not in it"
WEAK_FACTORS = "how the issuer made its RSA key is not visible here; its size and form are"
DISAGREEMENTS = {
    **dict.fromkeys(((SIGNATURES, n) for n in (259, 272)), EMPTY),
    **dict.fromkeys(((SIGNATURES, n) for n in (*range(264, 272), *range(320, 324))), NOT_OURS),
    **dict.fromkeys(((SIGNATURES, n) for n in (*range(325, 329), 346, 347, 350, 351)), NOT_OURS),
    **dict.fromkeys(((SIGNATURES, n) for n in (372, 373)), FOREIGN_TEXT),
    **dict.fromkeys(((SIGNATURES, n) for n in (367, 370)), SAME_TEXT),
    **dict.fromkeys(((KEYS, n) for n in (14, 15)), NOT_OURS),
    (KEYS, 7): WEAK_FACTORS,
}


def folder() -> Path:
    name = os.environ.get("AUTHPACT_VECTORS")
    if name:
        return Path(name)
    if os.environ.get("AUTHPACT_REQUIRE_ALL") == "1":
        pytest.fail("AUTHPACT_VECTORS does not name the folder of the foreign vectors")
    pytest.skip("AUTHPACT_VECTORS does not name the folder of the foreign vectors")


def cases(file: str) -> Iterator[tuple[int, list[Jwk], str, bool, str]]:
    document = json.loads((folder() / "wycheproof" / f"{file}.json").read_text("utf-8"))
    count = 0
    for group in document["testGroups"]:
        keys = group.get("public") or group["private"]
        for case in group["tests"]:
            count += 1
            listed = keys.get("keys", [keys])
            yield case["tcId"], listed, case["jws"], case["result"] == "valid", case["comment"]
    assert count == document["numberOfTests"]


def usable_keys(file: str, keys: list[Jwk], algorithm: Algorithm) -> Mapping[str, SignatureKey]:
    """Read keys as a deployment does: secrets from a variable, the others from a key set.

    A single secret is taken as it is: the variable would refuse some of them for being guessable.
    """
    if {jwk.get("kty") for jwk in keys} == {"oct"}:
        if any(jwk.get("alg") != algorithm.name for jwk in keys):
            return {}
        if file == SIGNATURES:
            return {str(jwk["kid"]): HmacKey(decode(str(jwk["k"]).encode())) for jwk in keys}
        text = ",".join(f"{jwk.get('kid')}:{jwk.get('k')}" for jwk in keys)
        secrets = SharedSecrets.parse(text, "VECTORS", {})
        return {key_id: secrets.find(key_id, 0) for key_id in secrets.ids}
    return read_key_set(json.dumps({"keys": keys}).encode(), algorithm).keys


def accepts(file: str, keys: list[Jwk], jws: str | bytes, algorithm: Algorithm) -> bool:
    """Decide as the verifier does: gate, key, signature, encoding of the payload."""
    try:
        parts = split(as_bytes(jws))
        header = read_object(parts.header, "header")
        if header.get("alg") != algorithm.name or not FORBIDDEN_MEMBERS.isdisjoint(header):
            return False
        decode(parts.payload)
        key = usable_keys(file, keys, algorithm).get(str(header.get("kid")))
    except (VerificationError, ConfigurationError, UnusableKeyError):
        return False
    return key is not None and key.verifies(parts.signing_input, parts.signature)


@pytest.mark.parametrize("file", [SIGNATURES, KEYS])
def test_foreign_vectors_are_decided_as_their_authors_decide(file: str) -> None:
    different: dict[tuple[str, int], str] = {}
    for number, keys, jws, valid, comment in cases(file):
        accepted = any(accepts(file, keys, jws, algorithm) for algorithm in ALGORITHMS.values())
        if accepted != valid:
            different[file, number] = f"{comment}: {'accepted' if accepted else 'refused'}"
    expected = {key for key in DISAGREEMENTS if key[0] == file}
    assert different.keys() == expected, different
