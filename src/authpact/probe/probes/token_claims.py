from authpact.probe._case import Case
from authpact.probe._departures import departures
from authpact.probe._people import token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held, inconclusive


def attempt(case: Case) -> Attempt:
    """Fetch a token and compare it with the contract."""
    response = yield case.at_issuer("POST", "/api-token", cookie=case.alice.cookie)
    token = token_in(response)
    if not token:
        return inconclusive(f"No token was issued: {response.status}.", response)
    found = departures(case.contract, token)
    if found:
        return broken(f"In the issued token {'; '.join(found)}.", response)
    return held("The issued token has the agreed header, claims and lifetime.", response)


PROBE = Probe(
    requirement="token:required-claims",
    summary="Compares a freshly issued token with the contract.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/api-token"),
)
