from collections.abc import Iterator

from authpact.probe._case import Case
from authpact.probe._judge import ask_each, coded
from authpact.probe._messages import Request
from authpact.probe._places import every_protected
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> Iterator[Request]:
    """Build the requests: tokens that ended a moment, an hour and a year ago."""
    token = case.contract.token
    ages = {
        "over by the leeway and 5 s": token.leeway + 5,
        "over for an hour": 3600,
        "over for a year": 31_536_000,
    }
    for label, age in ages.items():
        end = case.now - age
        claims = {**case.good, "iat": end - token.lifetime, "exp": end}
        yield case.call(token=case.signer.sign(claims)).labelled(label)


def attempt(case: Case) -> Attempt:
    """Present well signed tokens that are over."""
    good = "All {count} expired tokens got 401 and `token_expired`."
    return ask_each(forgeries(case), coded("token_expired"), good)


PROBE = Probe(
    requirement="token:expiry",
    summary="Presents well signed tokens whose `exp` is past.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
    endpoints=every_protected,
)
