"""A million examples: whatever arrives, the verifier gives a principal or one of its refusals.

`make fuzz` runs it; AUTHPACT_FUZZ_EXAMPLES is the number of all examples together. They are drawn
in parts with seeds of their own, so that parts run side by side and a failure can be repeated.
"""

import os
import string
from collections.abc import Callable, Mapping
from typing import Final, cast

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from authpact import Principal, Verifier
from authpact.contract import CLAIMS, Contract
from authpact.errors import VerificationError
from authpact.testing import LocalIssuer

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
TOTAL: Final = int(os.environ.get("AUTHPACT_FUZZ_EXAMPLES", "1000000"))
PARTS: Final = 10
NOW: Final = 1_800_000_000
LETTERS: Final = b"....abcdefgABCDEFG0123456789-_="
TEXT: Final = string.ascii_letters + string.digits + "-_.=+/ \n"
Draw = st.DrawFn


def issuer_of(mode: str, algorithm: str) -> LocalIssuer:
    token = {"mode": mode, "algorithm": algorithm}
    tables = {"token": token, "roles": {"admin": {"permissions": ["tasks:read"]}}}
    return LocalIssuer(Contract.model_validate(tables), clock=lambda: NOW)


ISSUERS: Final = (issuer_of("shared-secret", "HS256"), issuer_of("jwks", "EdDSA"))
VERIFIERS: Final = tuple(Verifier(i.contract, i.keys, clock=lambda: NOW) for i in ISSUERS)
GOOD: Final = tuple(issuer.token("u1", ["admin"]) for issuer in ISSUERS)
CLAIMS_OF_GOOD: Final = dict(VERIFIERS[0].verify(GOOD[0]).claims) | {"roles": ["admin"]}
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
TIMES: Final = st.integers(NOW - 2000, NOW + 2000) | st.floats(NOW - 2000, NOW + 2000)
NAMES: Final = st.sampled_from([*(claim.name for claim in CLAIMS), "roles", "scope"])
MEMBERS: Final = st.sampled_from(["alg", "typ", "kid", "crit", "b64", "zip", "jku", "jwk", "cty"])
VALUES: Final = JSON | TIMES | st.sampled_from(list(CLAIMS_OF_GOOD.values()))


def any_bytes() -> st.SearchStrategy[str | bytes]:
    """Return what a stranger may put behind `Bearer`: bytes, text, or the letters of a token."""
    raw = st.binary(max_size=80)
    wide = raw.map(lambda b: "".join(chr(b[i] * 256 + b[i + 1]) for i in range(0, len(b) - 1, 2)))
    return raw | wide | raw.map(lambda b: bytes(LETTERS[x % len(LETTERS)] for x in b))


@st.composite
def changed(draw: Draw) -> str:
    """Return a good token with up to three characters replaced, inserted or removed."""
    token = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(token) - 1))
        kept = draw(st.integers(0, 2))
        token = token[:place] + draw(st.sampled_from(["", *TEXT])) + token[place + kept :]
    return token


@st.composite
def signed(draw: Draw) -> str:
    """Return any claims and header members under a good signature."""
    issuer = draw(st.sampled_from(ISSUERS))
    claims = CLAIMS_OF_GOOD | draw(st.dictionaries(NAMES, VALUES, max_size=3))
    for name in draw(st.lists(NAMES, max_size=2)):
        claims.pop(name, None)
    header = draw(st.dictionaries(MEMBERS, JSON, max_size=1))
    return issuer.sign(claims, **{"typ": "at+jwt", **header})


@st.composite
def signed_bytes(draw: Draw) -> str:
    """Return bytes of any kind under a good signature."""
    issuer = draw(st.sampled_from(ISSUERS))
    algorithm = issuer.contract.token.algorithm
    header = f'{{"alg":"{algorithm}","typ":"at+jwt","kid":"{issuer.key_id}"}}'.encode()
    if draw(st.booleans()):
        header = draw(st.binary(max_size=60))
    return issuer.sign_raw(header, draw(st.binary(max_size=120)))


KINDS: Final[Mapping[str, tuple[float, Callable[[], st.SearchStrategy[str | bytes]]]]] = {
    "any-bytes": (0.4, any_bytes),
    "changed": (0.25, cast("Callable[[], st.SearchStrategy[str | bytes]]", changed)),
    "signed": (0.25, cast("Callable[[], st.SearchStrategy[str | bytes]]", signed)),
    "signed-bytes": (0.1, cast("Callable[[], st.SearchStrategy[str | bytes]]", signed_bytes)),
}


def must_be_right(principal: Principal, issuer: LocalIssuer) -> None:
    """Hold an accepted token against the contract, claim by claim, in words of this test alone."""
    token, claims = issuer.contract.token, principal.claims
    audience = claims["aud"]
    assert claims["iss"] == token.issuer
    assert audience == token.audience or token.audience in cast("tuple[str, ...]", audience)
    assert claims["client_id"] == token.client
    assert isinstance(principal.subject, str) and principal.subject == claims["sub"] != ""
    assert isinstance(claims["jti"], str) and isinstance(claims["sid"], str)
    assert principal.issued_at <= NOW + token.leeway
    assert principal.expires_at + token.leeway > NOW
    assert 0 < principal.expires_at - principal.issued_at <= token.lifetime + token.leeway
    assert principal.permissions == ({"tasks:read"} if "admin" in principal.roles else set())


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", KINDS)
def test_every_input_is_a_right_principal_or_a_refusal(kind: str, part: int) -> None:
    share, strategy = KINDS[kind]
    wanted, seen, accepted = int(TOTAL * share / PARTS), 0, 0

    @seed(part)
    @settings(
        max_examples=wanted, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(token=strategy())
    def hold(token: str | bytes) -> None:
        nonlocal seen, accepted
        seen += 1
        for issuer, verifier, good in zip(ISSUERS, VERIFIERS, GOOD, strict=True):
            try:
                principal = verifier.verify(token)
            except VerificationError:
                continue
            must_be_right(principal, issuer)
            assert kind == "signed" or token == good
            accepted += token != good

    hold()
    assert seen >= wanted
    assert (accepted > 0) is (kind == "signed")
