from authpact.probe._case import Case
from authpact.probe._forge import without
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._places import every_protected
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens with every audience but the right one."""
    right = case.contract.token.audience
    audiences: dict[str, Json] = {
        "another audience": "https://elsewhere.example",
        "a longer audience": f"{right}2",
        "a shorter audience": right[:-1],
        "a list of others": ["https://elsewhere.example"],
        "an empty list": [],
        "an empty text": "",
        "null": None,
        "an object": {right: True},
    }
    tokens = {k: case.signer.sign({**case.good, "aud": v}) for k, v in audiences.items()}
    return {**tokens, "no audience": case.signer.sign(without(case.good, "aud"))}


def attempt(case: Case) -> Attempt:
    """Present well signed tokens for somebody else's API."""
    return present(case, forgeries(case), "All {count} foreign audiences got 401.")


PROBE = Probe(
    requirement="token:audience",
    summary="Presents well signed tokens whose audience is not this API.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
    endpoints=every_protected,
)
