from authpact.probe._case import Case
from authpact.probe._forge import without
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Present well signed tokens whose subject is no user id."""
    subjects: dict[str, Json] = {
        "empty": "",
        "a number": 1,
        "a fraction": 1.5,
        "true": True,
        "null": None,
        "a list": [case.alice.subject],
        "an object": {"id": case.alice.subject},
    }
    tokens = {f"sub {k}": case.signer.sign({**case.good, "sub": v}) for k, v in subjects.items()}
    tokens["no sub"] = case.signer.sign(without(case.good, "sub"))
    return present(case, tokens, "All {count} malformed subjects got 401.")


PROBE = Probe(
    requirement="token:subject",
    summary="Presents well signed tokens whose `sub` is missing, empty or not a string.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
