"""A verifier that remembers decides as one that does not: any order of use, time, keys, logouts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from authpact import Contract, Verifier
from authpact.contract import default_contract
from authpact.errors import AuthpactError
from authpact.testing import LocalIssuer
from authpact.verify import KeySource, Logout, MemoryRevocations, SignatureKey, UnknownKey

START = 1_800_000_000
CONTRACT: Contract = default_contract()
ISSUERS = [LocalIssuer(CONTRACT, key_id=f"k{n}", clock=lambda: START) for n in range(2)]


class ChangingKeys(KeySource):
    """Keys that come and go, as a refreshed key set makes them."""

    def __init__(self) -> None:
        self.present = {0, 1}

    def find(self, key_id: str, now: float) -> SignatureKey:
        for number in self.present:
            if ISSUERS[number].key_id == key_id:
                return ISSUERS[number].keys.find(key_id, now)
        raise UnknownKey("no key has the id that the token names")

    def toggle(self, number: int) -> None:
        self.present ^= {number}
        self.generation += 1


def token(issuer: int, subject: str, life: int, begins: int) -> str:
    times = {"iat": START + begins, "exp": START + begins + life}
    return ISSUERS[issuer].token(subject, sid=f"session-{subject}", jti="one", **times)


TOKENS = [
    token(issuer, subject, life, begins)
    for issuer in (0, 1)
    for subject in ("u1", "u2")
    for life, begins in ((60, 0), (900, 0), (300, 120))
]
STEPS = st.one_of(
    st.tuples(st.just("verify"), st.integers(0, len(TOKENS) - 1)),
    st.tuples(st.just("pass"), st.sampled_from([1, 30, 71, 400])),
    st.tuples(st.just("toggle"), st.integers(0, 1)),
    st.tuples(st.just("end session"), st.sampled_from(["u1", "u2"])),
    st.tuples(st.just("end subject"), st.sampled_from(["u1", "u2"])),
)


def decide(verifier: Verifier, text: str, now: float) -> object:
    try:
        return verifier.verify(text, now)
    except AuthpactError as error:
        return type(error), str(error)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_remembering_never_changes_a_decision(steps: list[tuple[str, int | str]]) -> None:
    keys, revocations, now = ChangingKeys(), MemoryRevocations(920), float(START)
    remembering = Verifier(CONTRACT, keys, revocations=revocations)
    for step, value in steps:
        if step == "verify":
            fresh = Verifier(CONTRACT, keys, revocations=revocations)
            text = TOKENS[int(value)]
            assert decide(remembering, text, now) == decide(fresh, text, now)
        elif step == "pass":
            now += int(value)
        elif step == "toggle":
            keys.toggle(int(value))
        elif step == "end session":
            revocations.revoke(Logout(f"session-{value}", None, now), now)
        else:
            revocations.revoke(Logout(None, str(value), now), now)


def test_verifiers_do_not_share_what_they_remember() -> None:
    ours = Verifier(CONTRACT, ISSUERS[0].keys)
    theirs = Verifier(CONTRACT, ISSUERS[0].keys, audience="https://other.example")
    assert decide(ours, TOKENS[1], START) != decide(theirs, TOKENS[1], START)
    assert (ours.remembered, theirs.remembered) == (1, 0)


def test_more_tokens_than_the_bound_do_not_grow_the_memory() -> None:
    verifier = Verifier(CONTRACT, ISSUERS[0].keys)
    for number in range(5_000):
        verifier.verify(ISSUERS[0].token(f"u{number}"), START)
    assert verifier.remembered == 4096
