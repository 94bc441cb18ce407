from collections.abc import Mapping

import pytest

from authpact import Verifier
from authpact.errors import TokenMalformed, TokenRevoked, VerificationError
from authpact.testing import OMIT, LocalIssuer
from authpact.verify import Logout, MemoryRevocations

NOW = 1_800_000_000.0
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def store() -> MemoryRevocations:
    return MemoryRevocations(920)


@pytest.fixture
def revocable(issuer: LocalIssuer, store: MemoryRevocations) -> Verifier:
    return Verifier(issuer.contract, issuer.keys, revocations=store, clock=lambda: NOW)


def test_an_ended_session_is_refused_even_if_its_token_is_remembered(
    issuer: LocalIssuer, revocable: Verifier, store: MemoryRevocations
) -> None:
    token, other = issuer.token(sid="s1"), issuer.token(sid="s2")
    revocable.verify(token)
    store.revoke(revocable.verify_logout(issuer.logout_token("s1")), NOW)
    with pytest.raises(TokenRevoked):
        revocable.verify(token)
    assert revocable.verify(other)


def test_a_subject_is_signed_out_of_everything_so_far_and_may_sign_in_again(
    issuer: LocalIssuer, revocable: Verifier, store: MemoryRevocations
) -> None:
    store.revoke(revocable.verify_logout(issuer.logout_token(subject="u1")), NOW)
    for sid in ("s1", "s2"):
        with pytest.raises(TokenRevoked):
            revocable.verify(issuer.token("u1", sid=sid))
    assert revocable.verify(issuer.token("u1", iat=NOW + 1))
    assert revocable.verify(issuer.token("u2"))


def test_a_session_is_the_narrower_statement(
    issuer: LocalIssuer, revocable: Verifier, store: MemoryRevocations
) -> None:
    store.revoke(revocable.verify_logout(issuer.logout_token("s1", "u1")), NOW)
    assert revocable.verify(issuer.token("u1", sid="s2"))


def test_the_store_forgets_when_no_token_can_be_left(store: MemoryRevocations) -> None:
    for number in range(100):
        store.revoke(Logout(f"s{number}", None, NOW + number), NOW + number)
    assert len(store) == 100
    store.revoke(Logout(None, "u1", NOW + 950), NOW + 950)
    assert len(store) == 70


def test_a_logout_that_is_repeated_is_remembered_from_the_last_time_on(
    store: MemoryRevocations, issuer: LocalIssuer, verifier: Verifier
) -> None:
    principal = verifier.verify(issuer.token(sid="s1"))
    store.revoke(Logout("s1", None, NOW), NOW)
    store.revoke(Logout("s1", None, NOW + 500), NOW + 500)
    store.revoke(Logout("s2", None, NOW + 1000), NOW + 1000)
    assert store.is_revoked(principal, NOW + 1000)
    assert not store.is_revoked(principal, NOW + 1500)


BAD: Mapping[str, Mapping[str, object]] = {
    "another audience": {"aud": "https://elsewhere.example"},
    "another issuer": {"iss": "https://elsewhere.example"},
    "a nonce": {"nonce": "n"},
    "no events": {"events": OMIT},
    "events as text": {"events": EVENT},
    "another event": {"events": {"http://schemas.example/other": {}}},
    "an event that is no object": {"events": {EVENT: True}},
    "neither session nor subject": {"sid": OMIT},
    "a session that is no text": {"sid": 1},
    "no token id": {"jti": OMIT},
    "no end": {"exp": OMIT},
    "a long life": {"exp": NOW + 121},
    "no life": {"exp": NOW},
    "an end in the past": {"iat": NOW - 200, "exp": NOW - 100},
    "a beginning in the future": {"iat": NOW + 60, "exp": NOW + 100},
}


@pytest.mark.parametrize("claims", BAD.values(), ids=BAD)
def test_a_logout_token_is_refused_with(
    claims: dict[str, object], issuer: LocalIssuer, verifier: Verifier
) -> None:
    with pytest.raises(VerificationError):
        verifier.verify_logout(issuer.logout_token("s1", **claims))


def test_access_and_logout_tokens_do_not_stand_in_for_each_other(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    access, logout = issuer.token(), issuer.logout_token("s1", "u1")
    verifier.verify(access)
    verifier.verify_logout(logout)
    with pytest.raises(VerificationError):
        verifier.verify_logout(access)
    with pytest.raises(VerificationError):
        verifier.verify(logout)
    with pytest.raises(TokenMalformed):
        verifier.verify_logout("x" * 9000)
