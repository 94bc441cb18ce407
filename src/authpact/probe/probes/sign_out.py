from authpact.probe._case import Case
from authpact.probe._judge import told
from authpact.probe._people import sign_in, token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held


def attempt(case: Case) -> Attempt:
    """Sign in, sign out, and ask for a token with the old cookie."""
    person = yield from sign_in(case.contract, case.origin, case.alice)
    ended = yield case.at_issuer("POST", "/sign-out", cookie=person.cookie)
    if not ended.succeeded:
        return broken(f"Sign-out {told(ended)}.", ended)
    again = yield case.at_issuer("POST", "/api-token", cookie=person.cookie).labelled("old cookie")
    if token_in(again) or again.status != 401:  # noqa: PLR2004  # the status the issuer gives without a session
        return broken(f"After sign-out the old cookie {told(again)}.", ended, again)
    return held("After sign-out the old cookie got 401 and no token.", ended, again)


PROBE = Probe(
    requirement="session:sign-out",
    summary="Asks for a token with the cookie of a session that was signed out.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/sign-out"),
)
