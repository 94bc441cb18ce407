from collections.abc import Iterator

from authpact.probe._case import Case
from authpact.probe._forge import without
from authpact.probe._judge import ask_each, unauthenticated
from authpact.probe._messages import Json, Request
from authpact.probe._places import every_protected
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> Iterator[Request]:
    """Build the requests: every audience but the right one."""
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
    for label, value in audiences.items():
        yield case.call(token=case.signer.sign({**case.good, "aud": value})).labelled(label)
    yield case.call(token=case.signer.sign(without(case.good, "aud"))).labelled("no audience")


def attempt(case: Case) -> Attempt:
    """Present well signed tokens for somebody else's API."""
    return ask_each(forgeries(case), unauthenticated, "All {count} foreign audiences got 401.")


PROBE = Probe(
    requirement="token:audience",
    summary="Presents well signed tokens whose audience is not this API.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
    endpoints=every_protected,
)
