import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from authpact import Principal, Verifier
from authpact.errors import KeysUnavailable, TokenExpired, TokenInvalid, VerificationError
from authpact.testing import OMIT, LocalIssuer
from authpact.verify import KeySource, SignatureKey, StaticKeys

NOW = 1_800_000_000.0
BASE64URL = string.ascii_letters + string.digits + "-_"


def test_a_good_token_becomes_a_principal(issuer: LocalIssuer, verifier: Verifier) -> None:
    token = issuer.token("u1", ["admin", "unknown"], jti="t1", sid="s1", act={"sub": "root"})
    assert verifier.verify(token) == Principal(
        subject="u1",
        session_id="s1",
        token_id="t1",
        client_id="web",
        roles=frozenset({"admin", "unknown"}),
        permissions=frozenset({"tasks:read", "users:ban"}),
        issued_at=NOW,
        expires_at=NOW + 900,
        actor="root",
    )


def test_a_principal_is_read_only_down_to_the_leaves(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    principal = verifier.verify(issuer.token(act={"sub": "root"}, tags=["a"]))
    with pytest.raises(AttributeError):
        principal.subject = "victim"  # type: ignore[misc]  # the point of this test
    with pytest.raises(TypeError):
        principal.claims["sub"] = "victim"  # type: ignore[index]  # the point of this test
    with pytest.raises(TypeError):
        principal.claims["act"]["sub"] = "victim"  # type: ignore[index]  # the point of this test
    assert principal.claims["tags"] == ("a",)


def test_the_repr_of_a_principal_shows_neither_token_nor_further_claims(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    token = issuer.token(note="private")
    shown = repr(verifier.verify(token))
    assert "private" not in shown
    assert not any(part in shown for part in token.split("."))


def test_expired_is_only_said_of_a_token_that_was_good(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    past = {"iat": NOW - 2000, "exp": NOW - 1100}
    with pytest.raises(TokenExpired):
        verifier.verify(issuer.token(**past))
    for flaw in ({"aud": "https://elsewhere.example"}, {"sub": 1}, {"jti": OMIT}):
        with pytest.raises(TokenInvalid):
            verifier.verify(issuer.token(**{**past, **flaw}))
    with pytest.raises(TokenInvalid):
        verifier.verify(issuer.token(**past)[:-4] + "AAAA")


def test_a_deployment_has_its_own_issuer_and_audience(issuer: LocalIssuer) -> None:
    verifier = Verifier(
        issuer.contract,
        issuer.keys,
        issuer="https://app.example",
        audience="https://api.example",
        clock=lambda: NOW,
    )
    assert verifier.verify(issuer.token(iss="https://app.example", aud="https://api.example"))
    with pytest.raises(TokenInvalid):
        verifier.verify(issuer.token())


def test_nothing_configured_means_refused(issuer: LocalIssuer) -> None:
    for keys in (KeySource(), StaticKeys({})):
        with pytest.raises(TokenInvalid):
            Verifier(issuer.contract, keys, clock=lambda: NOW).verify(issuer.token())


def test_a_remembered_token_ends_when_its_time_is_over(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    token = issuer.token()
    verifier.verify(token)
    assert verifier.verify(token, NOW + 909)
    with pytest.raises(TokenExpired):
        verifier.verify(token, NOW + 910)


def test_a_remembered_token_is_not_valid_before_its_beginning(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    token = issuer.token(nbf=NOW + 5)
    verifier.verify(token)
    with pytest.raises(TokenInvalid):
        verifier.verify(token, NOW - 6)


class Replaceable(KeySource):
    def __init__(self, keys: StaticKeys) -> None:
        self.keys = keys

    def find(self, key_id: str, now: float) -> SignatureKey:
        return self.keys.find(key_id, now)

    def replace(self, keys: StaticKeys) -> None:
        self.keys = keys
        self.generation += 1


def test_a_remembered_token_dies_with_its_key(issuer: LocalIssuer) -> None:
    keys = Replaceable(issuer.keys)
    verifier = Verifier(issuer.contract, keys, clock=lambda: NOW)
    token = issuer.token()
    verifier.verify(token)
    keys.replace(StaticKeys({}))
    with pytest.raises(TokenInvalid):
        verifier.verify(token)


def test_during_a_rotation_both_keys_are_good_and_afterwards_only_the_new_one(
    issuer: LocalIssuer,
) -> None:
    new = LocalIssuer(issuer.contract, key_id="local-2", clock=lambda: NOW)
    both = {
        "local-1": issuer.keys.find("local-1", NOW),
        "local-2": new.keys.find("local-2", NOW),
    }
    overlap = Verifier(issuer.contract, StaticKeys(both), clock=lambda: NOW)
    assert overlap.verify(issuer.token())
    assert overlap.verify(new.token())
    after = Verifier(issuer.contract, new.keys, clock=lambda: NOW)
    assert after.verify(new.token())
    with pytest.raises(TokenInvalid):
        after.verify(issuer.token())


def test_refusals_leave_nothing_behind(issuer: LocalIssuer, verifier: Verifier) -> None:
    for subject in range(50):
        with pytest.raises(VerificationError):
            verifier.verify(issuer.token(str(subject), aud="https://elsewhere.example"))
    assert len(verifier._tokens) == 0


def test_memory_stays_bounded_however_many_tokens_come(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    for number in range(4200):
        verifier.verify(issuer.token(jti=str(number)))
    assert len(verifier._tokens) == 4096


@pytest.mark.parametrize("thing", [None, 1, b"\xff" * 9000, object(), ["a.b.c"], bytearray(b"a")])
def test_things_that_are_no_text_are_refused(thing: object, verifier: Verifier) -> None:
    with pytest.raises(VerificationError):
        verifier.verify(thing)  # type: ignore[arg-type]  # the point of this test


def decided(verifier: Verifier, token: str | bytes) -> bool:
    try:
        return isinstance(verifier.verify(token), Principal)
    except (VerificationError, KeysUnavailable):
        return False


@settings(max_examples=300, deadline=None)
@given(token=st.one_of(st.text(), st.binary(), st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*")))
@example(token="..")
@example(token="\ud800")
def test_any_input_ends_in_a_refusal_and_in_nothing_else(
    token: str | bytes, verifier_for_properties: Verifier
) -> None:
    assert not decided(verifier_for_properties, token)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_change_of_a_single_character_survives(
    data: st.DataObject, issuer: LocalIssuer, verifier_for_properties: Verifier
) -> None:
    token = issuer.token()
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(BASE64URL + ".=+/ ").filter(lambda c: c != token[place]))
    assert not decided(verifier_for_properties, token[:place] + other + token[place + 1 :])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "sid", "nbf", "act", "roles"]
)


@settings(max_examples=400, deadline=None)
@given(changes=st.dictionaries(NAMES, JSON, min_size=1), header=st.dictionaries(st.text(), JSON))
def test_whatever_the_issuer_signs_is_a_principal_or_a_refusal(
    changes: dict[str, object],
    header: dict[str, object],
    issuer: LocalIssuer,
    verifier_for_properties: Verifier,
) -> None:
    good = issuer.token()
    payload = {**verifier_for_properties.verify(good).claims, **changes}
    decided(verifier_for_properties, issuer.sign(payload, typ="at+jwt", **header))


@settings(max_examples=300, deadline=None)
@given(payload=st.binary(max_size=200), header=st.binary(max_size=60))
def test_whatever_bytes_the_issuer_signs_are_refused(
    payload: bytes, header: bytes, issuer: LocalIssuer, verifier_for_properties: Verifier
) -> None:
    good = b'{"alg":"HS256","typ":"at+jwt","kid":"local-1"}'
    assert not decided(verifier_for_properties, issuer.sign_raw(good, payload))
    assert not decided(verifier_for_properties, issuer.sign_raw(header, b"{}"))
