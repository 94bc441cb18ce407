from authpact.probe._case import Case
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Present well signed tokens whose organization is no id."""
    claim, tenant = case.contract.tenant.claim, case.alice.tenant
    shapes: dict[str, Json] = {
        "empty": "",
        "a number": 1,
        "true": True,
        "null": None,
        "a list": [tenant],
        "an object": {"id": tenant},
    }
    tokens = {
        f"{claim} {label}": case.signer.sign({**case.good, claim: value})
        for label, value in shapes.items()
    }
    return present(case, tokens, "All {count} malformed organizations got 401.")


PROBE = Probe(
    requirement="tenant:claim",
    summary="Presents well signed tokens whose organization is empty or not a string.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
