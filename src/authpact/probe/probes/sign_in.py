from authpact.probe._case import Case
from authpact.probe._messages import Json
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held


def attempt(case: Case) -> Attempt:
    """Sign a registered person in the way the frontend does."""
    credentials: dict[str, Json] = {"email": case.alice.email, "password": case.alice.password}
    response = yield case.at_issuer("POST", "/sign-in/email").json(credentials)
    if response.status != 200:  # noqa: PLR2004  # the status the criterion names
        return broken(f"Sign-in answered {response.status} instead of 200.", response)
    if not response.cookies:
        return broken("Sign-in answered 200 and set no session cookie.", response)
    return held("Sign-in answered 200 and set a session cookie.", response)


PROBE = Probe(
    requirement="identity:sign-in",
    summary="Signs a registered user in at Better Auth.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/sign-in/email"),
)
