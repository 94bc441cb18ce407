import secrets

from authpact.probe._case import Case
from authpact.probe._judge import told
from authpact.probe._people import create
from authpact.probe._places import owned_objects, reading_of
from authpact.probe._probe import Attempt, Probe, broken, held, inconclusive


def attempt(case: Case) -> Attempt:
    """Let Alice create an object, let Bob go for it by id, and look at it again as Alice."""
    identity, created = yield from create(case, case.endpoint, case.alice, secrets.token_hex(8))
    reading = reading_of(case.contract, case.endpoint)
    before = None
    if reading:
        before = yield case.call(reading, person=case.alice, object_id=identity)
        if not before.succeeded:
            return inconclusive(f"Alice cannot read her own object: {told(before)}.", before)
    response = yield case.call(person=case.bob, object_id=identity).labelled("Bob")
    expected = case.contract.ownership.foreign_resource
    if response.status != expected:
        return broken(
            f"The object of another user {told(response)} instead of {expected}.", response
        )
    if reading is None or before is None:
        return held(f"Refused with {expected}; the contract has no way to look again.", response)
    after = yield case.call(reading, person=case.alice, object_id=identity).labelled(
        "Alice looks again"
    )
    if (after.status, after.data) != (before.status, before.data):
        return broken(f"Refused with {expected}, yet the object changed.", response, after)
    return held(f"Refused with {expected} and the object is unchanged.", created, response, after)


PROBE = Probe(
    requirement="ownership:foreign-resource",
    summary="Goes for an object of another user by id, on every method, and looks at it again.",
    attempt=attempt,
    endpoints=owned_objects,
)
