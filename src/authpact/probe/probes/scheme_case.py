from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._judge import Tally, told
from authpact.probe._probe import Attempt, Probe


def attempt(case: Case) -> Attempt:
    """Send a valid token under the scheme in other letters (RFC 9110 section 11.1)."""
    token, tally = case.caller(case.endpoint).token, Tally()
    for scheme in ("bearer", "BEARER"):
        request = case.call(token=NO_TOKEN).header("Authorization", f"{scheme} {token}")
        response = yield request.labelled(f"scheme {scheme}")
        fault = "" if response.succeeded else f"{told(response)} instead of success"
        tally.note(scheme, fault, response)
    return tally.judge("The scheme is compared without regard to case.")


PROBE = Probe(
    requirement="transport:scheme",
    summary="Sends a valid token under `bearer` and `BEARER`.",
    attempt=attempt,
)
