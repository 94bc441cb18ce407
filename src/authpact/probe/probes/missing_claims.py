from authpact.contract import CLAIMS
from authpact.probe._case import Case
from authpact.probe._forge import without
from authpact.probe._judge import present
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Present well signed tokens, each without one of the required claims."""
    names = [claim.name for claim in CLAIMS if claim.required]
    tokens = {f"without {n}": case.signer.sign(without(case.good, n)) for n in names}
    tokens["without any claim"] = case.signer.sign({})
    return present(case, tokens, "All {count} incomplete tokens got 401.")


PROBE = Probe(
    requirement="token:required-claims",
    summary="Presents well signed tokens that lack one required claim.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
