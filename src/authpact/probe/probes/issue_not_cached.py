from authpact.probe._case import Case
from authpact.probe._people import token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held, inconclusive


def attempt(case: Case) -> Attempt:
    """Fetch a token and read its Cache-Control."""
    response = yield case.at_issuer("POST", "/api-token", cookie=case.alice.cookie)
    if not token_in(response):
        return inconclusive(f"No token was issued: {response.status}.", response)
    control = response.header("Cache-Control")
    if "no-store" in (control or "").lower():
        return held("The answer with the token is marked no-store.", response)
    return broken(f"The answer with the token has Cache-Control {control!r}.", response)


PROBE = Probe(
    requirement="issue:not-cached",
    summary="Reads the Cache-Control of the answer that carries a token.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/api-token"),
)
