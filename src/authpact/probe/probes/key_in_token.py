from authpact.probe._case import Case
from authpact.probe._forge import Signer, encode, foreign, keyed_with, without
from authpact.probe._judge import present
from authpact.probe._messages import Claims, Json
from authpact.probe._probe import Attempt, Probe

_NOBODY = "http://127.0.0.1:9/keys.json"


def own_jwk(key: Signer) -> Claims:
    """Return the key an attacker would put into a header: complete enough to verify with."""
    if key.algorithm.startswith("HS"):
        return {"kty": "oct", "k": encode(key.secret), "alg": key.algorithm}
    return key.public


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens with keys of our own and put the keys, or their addresses, into the header."""
    algorithm = case.contract.token.algorithm
    same = foreign(algorithm, case.known_key_id)
    pair = foreign("EdDSA", case.known_key_id)
    tokens: dict[str, str] = {}
    for label, key in (("its algorithm", same), ("Ed25519", pair)):
        members: dict[str, Json] = {
            "jwk": own_jwk(key),
            "jku": _NOBODY,
            "x5u": _NOBODY,
            "x5c": [encode(b"no certificate")],
        }
        for name, value in members.items():
            tokens[f"{name}, {label}"] = key.sign(case.good, key.header(**{name: value}))
        bare = without(key.header(jwk=own_jwk(key)), "kid")
        tokens[f"jwk without kid, {label}"] = key.sign(case.good, bare)
    own = b"probe-probe-probe-probe-probe-pr"
    jwk: Json = {"kty": "oct", "k": encode(own)}
    header: Claims = {"alg": "HS256", "typ": "at+jwt", "kid": case.known_key_id, "jwk": jwk}
    tokens["jwk, HS256"] = keyed_with(own, case.good, header)
    return tokens


def attempt(case: Case) -> Attempt:
    """Present tokens that bring the key they are to be verified with."""
    return present(case, forgeries(case), "All {count} tokens with their own key got 401.")


PROBE = Probe(
    requirement="key:not-from-token",
    summary="Presents tokens whose header carries the key, or its address.",
    attempt=attempt,
)
