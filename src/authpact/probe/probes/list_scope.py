import secrets

from authpact.probe._case import Case
from authpact.probe._judge import Tally
from authpact.probe._messages import Request
from authpact.probe._people import create
from authpact.probe._places import owned_collections
from authpact.probe._probe import Attempt, Probe, inconclusive

_NAMES = ("user_id", "owner_id", "userId", "owner")


def listings(case: Case) -> dict[str, Request]:
    """Build the requests: Bob's list, plain and with Alice's id as a filter."""
    plain = case.call(person=case.bob)
    filtered = {f"?{name}=Alice": plain.query(f"{name}={case.alice.subject}") for name in _NAMES}
    return {"Bob's list": plain, **filtered}


def attempt(case: Case) -> Attempt:
    """Let Alice create an object and look for it in Bob's lists."""
    mark = secrets.token_hex(8)
    yield from create(case, case.endpoint, case.alice, mark)
    own = yield case.call(person=case.alice).labelled("Alice's list")
    if mark not in own.text:
        return inconclusive(
            "Alice's own list does not show her object, so nothing can be told.", own
        )
    tally = Tally()
    for label, request in listings(case).items():
        response = yield request.labelled(label)
        fault = "contains the object of Alice" if mark in response.text else ""
        tally.note(label, fault, response)
    return tally.judge("No list of Bob contains the object of Alice, filtered by her id or not.")


PROBE = Probe(
    requirement="ownership:list-scope",
    summary="Looks for an object of one user in the lists of another.",
    attempt=attempt,
    endpoints=owned_collections,
)
