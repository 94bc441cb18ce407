from authpact.probe._case import Case
from authpact.probe._messages import Json
from authpact.probe._people import new_account
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held


def attempt(case: Case) -> Attempt:
    """Sign in with a wrong password, then with an address nobody has."""
    stranger = new_account()
    wrong: dict[str, Json] = {"email": case.alice.email, "password": stranger["password"]}
    unknown: dict[str, Json] = {"email": stranger["email"], "password": stranger["password"]}
    first = yield case.at_issuer("POST", "/sign-in/email").json(wrong).labelled("wrong password")
    second = (
        yield case.at_issuer("POST", "/sign-in/email").json(unknown).labelled("unknown address")
    )
    for label, response in (("A wrong password", first), ("An unknown address", second)):
        if response.status != 401:  # noqa: PLR2004  # the status the criterion names
            return broken(f"{label} got {response.status} instead of 401.", response)
        if response.cookies:
            return broken(f"{label} got a cookie with the refusal.", response)
    if first.body != second.body:
        return broken(
            "The two refusals differ: they tell whether an address has an account.", first, second
        )
    return held("A wrong password and an unknown address got the same 401.", first, second)


PROBE = Probe(
    requirement="identity:credentials-refused",
    summary="Signs in with a wrong password and with an unknown address.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/sign-in/email"),
)
