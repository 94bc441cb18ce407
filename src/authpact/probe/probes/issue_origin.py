from authpact.probe._case import Case
from authpact.probe._judge import Tally, one_of
from authpact.probe._messages import to_issuer
from authpact.probe._people import token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Ask for a token with Alice's session from pages of other origins."""
    tally, ask = Tally(), one_of(403)
    for origin in ("https://evil.example", f"{case.origin}.evil.example", "null"):
        request = to_issuer(origin, "POST", "/api-token", case.alice.cookie)
        response = yield request.labelled(f"Origin {origin}")
        leak = "carried a token" if token_in(response) else ""
        tally.note(origin, leak or ask(response), response)
    return tally.judge(f"All {tally.count} foreign origins got 403 and no token.")


PROBE = Probe(
    requirement="issue:origin-checked",
    summary="Asks the issuer for a token with a session and a foreign Origin.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/api-token"),
)
