"""Verification alone: the same tokens through every library, seen before and new."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Callable
from typing import Final

import peers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from timing import Row, Work, measure, table

from authpact import Verifier
from authpact.testing import LocalIssuer

TOKENS: Final = 500
FLOOR: Final = "SHA-256 and a dict: the floor"
PRIMITIVE: Final = "the primitive alone"
HOT: Final = "authpact, token seen before"
COLD: Final = "authpact, token new"


def rows(algorithm: str) -> dict[str, Row]:
    """Measure one algorithm."""
    issuer = peers.issuer_of(algorithm)
    tokens = [issuer.token(f"user-{uuid.uuid4().hex}") for _ in range(TOKENS)]
    known = {hashlib.sha256(token.encode()).digest(): token for token in tokens}
    warm = Verifier(issuer.contract, issuer.keys)
    primitive, joserfc = _primitive(issuer, tokens), peers.joserfc(issuer)
    pyjwt = peers.pyjwt(issuer)
    cases: dict[str, Callable[[], Work]] = {
        FLOOR: lambda: lambda token: known[hashlib.sha256(token.encode()).digest()],
        PRIMITIVE: lambda: primitive,
        HOT: lambda: warm.verify,
        COLD: lambda: Verifier(issuer.contract, issuer.keys).verify,
        "joserfc": lambda: joserfc,
        "PyJWT": lambda: pyjwt,
    }
    if algorithm == "HS256" and peers.installed("jose"):
        python_jose = peers.python_jose(issuer)
        cases["python-jose"] = lambda: python_jose
    return measure(cases, tokens)


def _primitive(issuer: LocalIssuer, tokens: list[str]) -> Work:
    taken = {}
    for token in tokens:
        signed, _, signature = token.rpartition(".")
        taken[token] = signed.encode(), base64.urlsafe_b64decode(signature + "==")
    if issuer.contract.algorithm.symmetric:
        secret = b"k" * 32
        return lambda t: hmac.compare_digest(
            hmac.digest(secret, taken[t][0], "sha256"), taken[t][1]
        )
    keys = issuer.key_set["keys"]
    x = str(keys[0]["x"]) if isinstance(keys, list) else ""
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "="))
    return lambda t: public.verify(taken[t][1], taken[t][0])


def section(algorithm: str, found: dict[str, Row]) -> str:
    """Write the table of one algorithm."""
    floor, cold = found[FLOOR].best, found[COLD].best
    return table(
        (algorithm, "µs best", "µs median", "÷ floor", "÷ authpact, token new"),
        [
            (
                r.name,
                f"{r.best:.2f}",
                f"{r.median:.2f}",
                f"{r.best / floor:.1f}",
                f"{r.best / cold:.2f}",
            )
            for r in found.values()
        ],
    )
