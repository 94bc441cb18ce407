from authpact.probe._case import Case, expired_twin
from authpact.probe._judge import coded, told
from authpact.probe._people import sign_in, token_in
from authpact.probe._places import representative
from authpact.probe._probe import Attempt, Need, Probe, broken, held


def attempt(case: Case) -> Attempt:
    """Let a token expire (by a signed twin), ask the issuer again, and use the new token."""
    place = representative(case.contract)[0]
    person = yield from sign_in(case.contract, case.origin, case.alice)
    late = yield case.call(place, token=expired_twin(case, person.token)).labelled("expired")
    fault = coded("token_expired")(late)
    if fault:
        return broken(
            f"The expired token {fault}: the frontend cannot tell that it must ask again.", late
        )
    issued = yield case.at_issuer("POST", "/api-token", cookie=person.cookie)
    token = token_in(issued)
    if not token:
        return broken(f"The same session got no new token: it {told(issued)}.", issued)
    served = yield case.call(place, person=person, token=token).labelled("new token")
    if not served.succeeded:
        return broken(f"The new token {told(served)}.", served)
    return held(
        "Expired with `token_expired`; the same session got a new token that works.",
        late,
        issued,
        served,
    )


PROBE = Probe(
    requirement="session:reissue",
    summary="Replaces an expired token by asking the issuer again in the same session.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER, Need.SIGNING}),
)
