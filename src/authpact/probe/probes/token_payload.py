import json

from authpact.probe._case import Case
from authpact.probe._forge import payload_of
from authpact.probe._people import token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held, inconclusive


def attempt(case: Case) -> Attempt:
    """Fetch a token and look for personal data of its user in the payload."""
    response = yield case.at_issuer("POST", "/api-token", cookie=case.alice.cookie)
    token = token_in(response)
    if not token:
        return inconclusive(f"No token was issued: {response.status}.", response)
    text = json.dumps(payload_of(token))
    private = {
        "the name": case.alice.name,
        "the e-mail address": case.alice.email,
        "the session token": case.alice.session_token,
    }
    found = [label for label, value in private.items() if value and value in text]
    if found:
        return broken(f"The payload carries {' and '.join(found)} of the user.", response)
    return held("The payload carries no name, e-mail address or session token.", response)


PROBE = Probe(
    requirement="token:minimal-payload",
    summary="Looks for personal data in a freshly issued token.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/api-token"),
)
