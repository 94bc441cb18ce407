from authpact.probe._case import Case
from authpact.probe._judge import present
from authpact.probe._probe import Attempt, Need, Probe

_HOUR, _TEN_YEARS = 3600, 315_360_000


def attempt(case: Case) -> Attempt:
    """Present well signed tokens that would live longer than agreed."""
    agreed = case.contract.token.lifetime
    lifetimes = {
        "an hour too long": agreed + _HOUR,
        "twice as long": 2 * agreed + 2 * case.contract.token.leeway,
        "ten years": _TEN_YEARS,
    }
    tokens = {k: case.signer.sign({**case.good, "exp": case.now + v}) for k, v in lifetimes.items()}
    return present(case, tokens, "All {count} long-lived tokens got 401.")


PROBE = Probe(
    requirement="token:lifetime",
    summary="Presents well signed tokens that claim to live longer than the contract allows.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
