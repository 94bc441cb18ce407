import json

from joserfc.jwk import OctKey, import_key

from authpact.probe._case import Case
from authpact.probe._forge import decode, keyed_with
from authpact.probe._judge import present
from authpact.probe._messages import Claims
from authpact.probe._probe import Attempt, Need, Probe


def published_forms(jwk: Claims) -> dict[str, bytes]:
    """Return every text form in which a public key gets around."""
    members = {name: str(value) for name, value in jwk.items() if name in _KEY_MEMBERS}
    key = import_key({**members})
    if isinstance(key, OctKey):
        return {}
    pem = key.as_bytes(encoding="PEM", private=False)
    inner = b"".join(pem.splitlines()[1:-1])
    forms = {
        "PEM": pem,
        "PEM without the last newline": pem.rstrip(b"\n"),
        "PEM with CRLF": pem.replace(b"\n", b"\r\n"),
        "PEM without armour": inner,
        "DER": key.as_bytes(encoding="DER", private=False),
        "JWK": json.dumps(jwk).encode(),
        "JWK, compact": json.dumps(jwk, separators=(",", ":")).encode(),
    }
    for name in ("x", "n"):
        if name in members:
            forms[f"member {name}"] = members[name].encode()
            forms[f"member {name}, decoded"] = decode(members[name])
    return forms


_KEY_MEMBERS = ("kty", "crv", "x", "y", "n", "e")


def attempt(case: Case) -> Attempt:
    """Present HS256 tokens keyed with what the issuer publishes."""
    tokens: dict[str, str] = {}
    for jwk in case.public_keys:
        header: Claims = {"alg": "HS256", "typ": "at+jwt", "kid": jwk.get("kid")}
        for label, secret in published_forms(jwk).items():
            tokens[f"{jwk.get('kid')} as {label}"] = keyed_with(secret, case.good, header)
    return present(case, tokens, "All {count} confused keys got 401.")


PROBE = Probe(
    requirement="algorithm:one-family",
    summary="Presents HS256 tokens keyed with the issuer's public key in all its forms.",
    attempt=attempt,
    needs=frozenset({Need.PUBLIC_KEY}),
)
