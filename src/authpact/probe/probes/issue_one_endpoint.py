from authpact.probe._case import Case
from authpact.probe._judge import Tally, told
from authpact.probe._people import token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, inconclusive


def attempt(case: Case) -> Attempt:
    """Look for tokens at every other place where Better Auth can put one."""
    tally = Tally()
    for path in ("/token", "/api-token", "/get-session"):
        response = yield case.at_issuer("GET", path, cookie=case.alice.cookie)
        fault = ""
        if token_in(response):
            fault = "carried a token"
        elif response.header("set-auth-jwt"):
            fault = "carried a token in the header set-auth-jwt"
        tally.note(f"GET /api/auth{path}", fault, response)
        if not fault and not (response.refused or response.succeeded):
            return inconclusive(f"GET /api/auth{path} {told(response)}, which says nothing.")
    return tally.judge("Neither GET /api/auth/token nor set-auth-jwt gives a token.")


PROBE = Probe(
    requirement="issue:one-endpoint",
    summary="Looks for access tokens at the other token routes of Better Auth.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("GET", "/api/auth/token"),
)
