from collections.abc import Iterator

from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._judge import ask_each, unauthenticated
from authpact.probe._messages import Request
from authpact.probe._probe import Attempt, Probe

_NAMES = ("access_token", "token", "jwt")
_COOKIES = ("access_token", "token", "Authorization", "better-auth.session_token")


def requests(case: Case) -> Iterator[Request]:
    """Carry a valid token everywhere but in the Authorization header."""
    who = case.caller(case.endpoint)
    bare = case.call(token=NO_TOKEN)
    for name in _NAMES:
        yield bare.query(f"{name}={who.token}").labelled(f"query {name}")
    for name in _COOKIES:
        yield bare.header("Cookie", f"{name}={who.token}").labelled(f"cookie {name}")
    writing = next((e for e in case.contract.protected if e.method == "POST"), None)
    if writing:
        form = case.call(writing, token=NO_TOKEN)
        for name in _NAMES[:2]:
            yield form.form(f"{name}={who.token}".encode()).labelled(f"form field {name}")


def attempt(case: Case) -> Attempt:
    """Send a valid token in every place but the right one (RFC 6750 section 2)."""
    return ask_each(requests(case), unauthenticated, "All {count} other places got 401.")


PROBE = Probe(
    requirement="transport:one-place",
    summary="Sends a valid token in the query, in form fields and in cookies.",
    attempt=attempt,
)
