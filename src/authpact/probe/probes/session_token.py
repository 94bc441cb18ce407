from urllib.parse import unquote

from authpact.probe._case import Case
from authpact.probe._judge import present
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Send what Better Auth gave to the browser as if it were an access token."""
    values = {"the session token": case.alice.session_token}
    for pair in case.alice.cookie.split("; "):
        name, _, value = pair.partition("=")
        values[f"cookie {name}"] = value
        values[f"cookie {name}, decoded"] = unquote(value)
    tokens = {label: value for label, value in values.items() if value}
    return present(case, tokens, "All {count} session credentials got 401.")


PROBE = Probe(
    requirement="error:unauthenticated",
    summary="Sends the Better Auth session token and cookies as Bearer tokens.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
)
