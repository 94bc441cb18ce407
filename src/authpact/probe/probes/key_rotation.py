from authpact.probe._case import Case
from authpact.probe._forge import generate, header_of
from authpact.probe._judge import Tally, unauthenticated
from authpact.probe._messages import Response
from authpact.probe._probe import Attempt, Need, Probe, inconclusive


def accepted(response: Response) -> str:
    """Ask for success."""
    if response.succeeded:
        return ""
    return f"answered {response.status} although the key is configured"


def second_token(case: Case) -> str | None:
    """Return a token of another configured key: a second one given, or the issuer's own."""
    if case.signing and case.signing.other:
        return case.signing.other.sign(case.good)
    real = case.alice.token
    return real if header_of(real).get("kid") != case.signer.key_id else None


def attempt(case: Case) -> Attempt:
    """Present tokens of the old, the new and a retired key."""
    second = second_token(case)
    if second is None or case.signing is None:
        return inconclusive("The target gave only one key, so there is no overlap to try.")
    retired = case.signing.retired or generate(case.contract.token.algorithm, "retired")
    tally = Tally()
    for label, token, question in (
        ("the current key", case.signer.sign(case.good), accepted),
        ("the other key of the overlap", second, accepted),
        ("a retired key", retired.sign(case.good), unauthenticated),
    ):
        response = yield case.call(token=token).labelled(label)
        tally.note(label, question(response), response)
    return tally.judge("Tokens of both configured keys are accepted, one of a retired key is not.")


PROBE = Probe(
    requirement="key:rotation",
    summary="Presents tokens of both keys of an overlap and of a key that is gone.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
