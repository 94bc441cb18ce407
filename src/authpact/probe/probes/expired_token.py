from authpact.probe._case import Case
from authpact.probe._judge import coded, present
from authpact.probe._places import every_protected
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens that ended a moment, an hour and a year ago."""
    token = case.contract.token
    ages = {
        "over by the leeway and 5 s": token.leeway + 5,
        "over for an hour": 3600,
        "over for a year": 31_536_000,
    }
    ends = {label: case.now - age for label, age in ages.items()}
    return {
        label: case.signer.sign({**case.good, "iat": end - token.lifetime, "exp": end})
        for label, end in ends.items()
    }


def attempt(case: Case) -> Attempt:
    """Present well signed tokens that are over."""
    good = "All {count} expired tokens got 401 and `token_expired`."
    return present(case, forgeries(case), good, coded("token_expired"))


PROBE = Probe(
    requirement="token:expiry",
    summary="Presents well signed tokens whose `exp` is past.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
    endpoints=every_protected,
)
