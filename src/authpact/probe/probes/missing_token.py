from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._judge import Tally, one_of
from authpact.probe._messages import Response
from authpact.probe._places import every_protected
from authpact.probe._probe import Attempt, Probe


def bare_challenge(response: Response) -> str:
    """Ask for the answer of RFC 6750 section 3.1 to a request that carries no credentials."""
    wrong = one_of(401)(response)
    if wrong:
        return wrong
    challenge = response.header("WWW-Authenticate")
    if challenge is None or not challenge.lower().startswith("bearer"):
        return "answered 401 without a Bearer challenge"
    if "error" in challenge.lower():
        return "answered 401 with an error code in the challenge, although nothing was sent"
    code = response.member("code")
    return "" if code == "token_missing" else f"answered 401 with the code {code!r}"


def attempt(case: Case) -> Attempt:
    """Call the endpoint without credentials and with another scheme."""
    tally = Tally()
    for label, request in (
        ("no Authorization header", case.call(token=NO_TOKEN)),
        ("method override", case.call(token=NO_TOKEN).header("X-HTTP-Method-Override", "OPTIONS")),
        ("claimed user", case.call(token=NO_TOKEN).header("X-User-Id", case.alice.subject)),
    ):
        response = yield request.labelled(label)
        tally.note(label, bare_challenge(response), response)
    basic = case.call(token=NO_TOKEN).header("Authorization", "Basic cHJvYmU6cHJvYmU=")
    response = yield basic.labelled("Basic scheme")
    tally.note("Basic scheme", one_of(401)(response), response)
    return tally.judge("Without a token: 401, a bare Bearer challenge and `token_missing`.")


PROBE = Probe(
    requirement="error:missing-token",
    summary="Calls every protected endpoint without a token.",
    attempt=attempt,
    endpoints=every_protected,
)
