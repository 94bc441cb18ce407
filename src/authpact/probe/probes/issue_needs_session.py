from authpact.probe._case import Case
from authpact.probe._judge import Tally, unauthenticated
from authpact.probe._people import token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Ask for a token without a session, and with one that was never issued."""
    tally = Tally()
    for label, cookie in (
        ("no cookie", ""),
        ("an invented cookie", "better-auth.session_token=invented.invented"),
    ):
        response = yield case.at_issuer("POST", "/api-token", cookie=cookie).labelled(label)
        leak = "carried a token" if token_in(response) else ""
        tally.note(label, leak or unauthenticated(response), response)
    return tally.judge("Without a session: 401 and no token.")


PROBE = Probe(
    requirement="issue:needs-session",
    summary="Asks the issuer for a token without a session.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/api-token"),
)
