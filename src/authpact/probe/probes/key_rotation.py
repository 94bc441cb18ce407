from authpact.probe._case import Case
from authpact.probe._forge import generate
from authpact.probe._judge import Tally, unauthenticated
from authpact.probe._messages import Response
from authpact.probe._probe import Attempt, Need, Probe, inconclusive


def accepted(response: Response) -> str:
    """Ask for success."""
    return (
        "" if response.succeeded else f"answered {response.status} although the key is configured"
    )


def attempt(case: Case) -> Attempt:
    """Present tokens of the old, the new and a retired key."""
    signing = case.signing
    if signing is None or signing.other is None:
        return inconclusive("The target gave only one key.")
    retired = signing.retired or generate(case.contract.token.algorithm, "retired")
    tally = Tally()
    for label, key, question in (
        ("the current key", signing.current, accepted),
        ("the other key of the overlap", signing.other, accepted),
        ("a retired key", retired, unauthenticated),
    ):
        response = yield case.call(token=key.sign(case.good)).labelled(label)
        tally.note(label, question(response), response)
    return tally.judge("Tokens of both configured keys are accepted, one of a retired key is not.")


PROBE = Probe(
    requirement="key:rotation",
    summary="Presents tokens of both keys of an overlap and of a key that is gone.",
    attempt=attempt,
    needs=frozenset({Need.OTHER_SIGNING}),
)
