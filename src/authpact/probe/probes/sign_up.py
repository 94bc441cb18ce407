from authpact.probe._case import Case
from authpact.probe._people import new_account
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held


def attempt(case: Case) -> Attempt:
    """Sign a new person up the way the frontend does."""
    response = yield case.at_issuer("POST", "/sign-up/email").json({**new_account()})
    if response.status != 200:  # noqa: PLR2004  # the status the criterion names
        return broken(f"Sign-up answered {response.status} instead of 200.", response)
    if not response.cookies:
        return broken("Sign-up answered 200 and set no session cookie.", response)
    return held("Sign-up answered 200 and set a session cookie.", response)


PROBE = Probe(
    requirement="identity:sign-up",
    summary="Signs a new user up at Better Auth.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/sign-up/email"),
)
