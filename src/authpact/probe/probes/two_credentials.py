from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._judge import ask_each, one_of
from authpact.probe._probe import Attempt, Probe


def attempt(case: Case) -> Attempt:
    """Send two Authorization headers, in every order."""
    valid, other = case.caller(case.endpoint).token, case.bob.token
    pairs = {
        "valid, then invalid": (f"Bearer {valid}", "Bearer invalid"),
        "invalid, then valid": ("Bearer invalid", f"Bearer {valid}"),
        "valid twice": (f"Bearer {valid}", f"Bearer {valid}"),
        "two people": (f"Bearer {valid}", f"Bearer {other}"),
        "Basic, then valid": ("Basic cHJvYmU6cHJvYmU=", f"Bearer {valid}"),
    }
    bare = case.call(token=NO_TOKEN)
    requests = (
        bare.header("Authorization", first).header("Authorization", second).labelled(label)
        for label, (first, second) in pairs.items()
    )
    return ask_each(requests, one_of(400, 401), "All {count} double credentials were refused.")


PROBE = Probe(
    requirement="transport:one-credential",
    summary="Sends requests with two Authorization headers.",
    attempt=attempt,
)
