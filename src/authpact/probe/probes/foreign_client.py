from authpact.probe._case import Case
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Present well signed tokens that were issued to another frontend."""
    clients: dict[str, Json] = {
        "another client": "another-frontend",
        "a longer name": f"{case.contract.token.client}2",
        "an empty name": "",
        "null": None,
    }
    tokens = {k: case.signer.sign({**case.good, "client_id": v}) for k, v in clients.items()}
    return present(case, tokens, "All {count} foreign clients got 401.")


PROBE = Probe(
    requirement="token:client",
    summary="Presents well signed tokens whose `client_id` is not the agreed frontend.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
