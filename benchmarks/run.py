"""Verification side by side: the same tokens, one process, one run. Only the ratios mean anything."""

import base64
import hashlib
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jwt
from joserfc import jws
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry
from joserfc.jwt import decode as joserfc_decode

from authpact import Verifier
from authpact.contract import default_contract
from authpact.testing import LocalIssuer

TOKENS: Final = 2_000
ROUNDS: Final = 15
PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One way of verifying and its microseconds per token: best round and median round."""

    name: str
    best: float
    median: float


def measure(name: str, verify: Callable[[str], object], tokens: Sequence[str]) -> Row:
    """Time whole rounds over all tokens; the best round is the least disturbed one."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for token in tokens:
            verify(token)
        rounds.append((time.perf_counter() - start) / len(tokens) * 1e6)
    return Row(name, min(rounds), statistics.median(rounds))


def cold_authpact(verifier: Verifier, issuer: LocalIssuer) -> Callable[[list[str]], Row]:
    """Every round gets a verifier that has seen none of the tokens."""

    def run(tokens: list[str]) -> Row:
        rounds = []
        for _ in range(ROUNDS):
            fresh = Verifier(verifier.contract, issuer.keys)
            start = time.perf_counter()
            for token in tokens:
                fresh.verify(token)
            rounds.append((time.perf_counter() - start) / len(tokens) * 1e6)
        return Row("authpact, every token new", min(rounds), statistics.median(rounds))

    return run


def rows() -> list[Row]:
    """Verify HS256 tokens with signature, issuer, audience, expiry and required claims checked."""
    contract = default_contract()
    issuer = LocalIssuer(contract)
    tokens = [issuer.token(f"user-{uuid.uuid4().hex}") for _ in range(TOKENS)]
    text = issuer.environ[contract.keys.verification_keys_env].partition(":")[2]
    key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    names = ["exp", "iat", "iss", "aud", "sub", "jti"]
    registry = JWTClaimsRegistry(
        leeway=10,
        iss={"essential": True, "value": contract.token.issuer},
        aud={"essential": True, "value": contract.token.audience},
        **{name: {"essential": True} for name in ("sub", "exp", "iat", "jti")},
    )
    oct_key = OctKey.import_key(key)

    def pyjwt(token: str) -> object:
        return jwt.decode(  # noqa: TID251  # the peer that is measured
            token,
            key,
            algorithms=["HS256"],
            issuer=contract.token.issuer,
            audience=contract.token.audience,
            leeway=10,
            options={"require": names},
        )

    def joserfc(token: str) -> object:
        found = joserfc_decode(token, oct_key, algorithms=["HS256"])
        registry.validate(found.claims)
        return found

    remembered = {hashlib.sha256(t.encode()).digest(): t for t in tokens}
    verifier = Verifier(contract, issuer.keys)
    return [
        measure(
            "sha256 and a dict (the floor)",
            lambda t: remembered[hashlib.sha256(t.encode()).digest()],
            tokens,
        ),
        measure("authpact, token seen before", verifier.verify, tokens),
        cold_authpact(verifier, issuer)(tokens),
        measure(
            "joserfc signature alone",
            lambda t: jws.deserialize_compact(t, oct_key, ["HS256"]),
            tokens,
        ),
        measure("joserfc", joserfc, tokens),
        measure("PyJWT", pyjwt, tokens),
    ]


def main() -> None:
    """Print the table and write the page."""
    found = rows()
    floor, cold = found[0].best, found[2].best
    lines = [
        "| HS256, all claims checked | µs best | µs median | ÷ floor | ÷ authpact cold |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {r.name} | {r.best:.2f} | {r.median:.2f} | {r.best / floor:.1f} | {r.best / cold:.2f} |"
        for r in found
    ]
    text = "\n".join(lines)
    print(text)
    PAGE.write_text(
        "# Performance\n\nWritten by `make bench`: one run on one machine; compare the ratios, not the "
        f"microseconds. authpact does more checks than its peers here (canonical form, `typ`, `client_id`, `sid`, "
        f"lifetime cap).\n\n{text}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
