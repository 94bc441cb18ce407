from authpact.probe._case import Case
from authpact.probe._judge import present
from authpact.probe._probe import Attempt, Need, Probe

_HOUR = 3600


def attempt(case: Case) -> Attempt:
    """Present well signed tokens from the future."""
    later = case.now + _HOUR
    lifetime = case.contract.token.lifetime
    tokens = {
        "nbf in an hour": case.signer.sign({**case.good, "nbf": later}),
        "iat in an hour": case.signer.sign({**case.good, "iat": later, "exp": later + lifetime}),
        "iat beyond the leeway": case.signer.sign(
            {**case.good, "iat": case.now + case.contract.token.leeway + 30}
        ),
    }
    return present(case, tokens, "All {count} tokens from the future got 401.")


PROBE = Probe(
    requirement="token:not-before",
    summary="Presents well signed tokens whose `nbf` or `iat` is in the future.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
