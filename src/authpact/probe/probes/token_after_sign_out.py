import uuid
from collections.abc import Generator

from authpact.probe._case import Case, expired_twin
from authpact.probe._judge import UNAUTHORIZED, coded, told
from authpact.probe._messages import Claims, Request, Response
from authpact.probe._people import invented, sign_in
from authpact.probe._places import representative
from authpact.probe._probe import Attempt, Judgement, Need, Probe, broken, held, inconclusive

_POLLS, _PAUSE = 10, 0.5
_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def attempt(case: Case) -> Attempt:
    """End a session, really or by a logout token of our own, and present its token."""
    if case.has_issuer:
        return (yield from _after_real_sign_out(case))
    if case.contract.revocation.mode == "backchannel" and case.signing:
        return (yield from _after_forged_logout(case))
    return inconclusive(f"This {Need.ISSUER.value}.")


def _after_forged_logout(case: Case) -> Attempt:
    person = invented(case.contract, case.signer, case.now)
    place = representative(case.contract)[0]
    token = case.contract.token
    claims: Claims = {
        "iss": token.issuer,
        "aud": token.audience,
        "iat": case.now,
        "exp": case.now + 60,
        "jti": str(uuid.uuid4()),
        "sid": person.session,
        "events": {_EVENT: {}},
    }
    logout = case.signer.sign(claims, case.signer.header(typ="logout+jwt"))
    request = Request("POST", case.contract.revocation.path)
    told_off = yield request.form(f"logout_token={logout}".encode()).labelled("logout token")
    if not told_off.succeeded:
        return broken(f"A logout token of the issuer {told(told_off)}.", told_off)
    return (yield from _revoked(case.call(place, person=person)))


def _after_real_sign_out(case: Case) -> Attempt:
    person = yield from sign_in(case.contract, case.origin, case.alice)
    place = representative(case.contract)[0]
    fresh = yield case.call(place, person=person).labelled("before sign-out")
    if not fresh.succeeded:
        return broken(f"A new token of a new session {told(fresh)}.", fresh)
    ended = yield case.at_issuer("POST", "/sign-out", cookie=person.cookie)
    if not ended.succeeded:
        return broken(f"Sign-out {told(ended)}.", ended)
    request = case.call(place, person=person)
    if case.contract.revocation.mode == "backchannel":
        return (yield from _revoked(request))
    twin = expired_twin(case, person.token) if case.signing else None
    return (yield from _running_out(case, request, twin))


def _revoked(request: Request) -> Generator[Request, Response, Judgement]:
    ask = coded("token_revoked")
    response = yield request.labelled("after sign-out")
    for _ in range(_POLLS):
        if not ask(response):
            return held("After sign-out the token got 401 and `token_revoked`.", response)
        response = yield request.after(_PAUSE).labelled("after sign-out")
    return broken(f"5 seconds after sign-out the token {ask(response)}.", response)


def _running_out(
    case: Case, request: Request, twin: str | None
) -> Generator[Request, Response, Judgement]:
    response = yield request.labelled("after sign-out")
    if not response.succeeded:
        return broken(
            f"The contract accepts it until it expires, yet it {told(response)}.", response
        )
    if twin is None:
        return held("Accepted after sign-out, as stated; its end was not awaited.", response)
    over = yield case.call(representative(case.contract)[0], token=twin).labelled("its end, forged")
    if over.status != UNAUTHORIZED:
        return broken(f"The same token past its end {told(over)} instead of 401.", over)
    return held("Accepted after sign-out as stated, and refused past its end.", response, over)


PROBE = Probe(
    requirement="session:token-after-sign-out",
    summary="Presents a token after its session was signed out.",
    attempt=attempt,
)
