import secrets

from authpact.probe._case import Case
from authpact.probe._judge import told
from authpact.probe._people import create
from authpact.probe._places import reading_of, tenant_objects
from authpact.probe._probe import Attempt, Need, Probe, broken, held, inconclusive


def attempt(case: Case) -> Attempt:
    """Create an object, go for it with the same rights in another organization, look again."""
    who, expected = case.caller(case.endpoint), case.contract.ownership.foreign_resource
    identity, created = yield from create(case, case.endpoint, who, secrets.token_hex(8))
    reading = reading_of(case.contract, case.endpoint)
    look = case.call(reading, object_id=identity).labelled("a look") if reading else None
    before = (yield look) if look else None
    if before and not before.succeeded:
        return inconclusive(f"The object cannot be read where it belongs: {told(before)}.", before)
    stranger = case.in_tenant(who, secrets.token_hex(16))
    response = yield case.call(person=stranger, object_id=identity).labelled("another organization")
    if response.status != expected:
        return broken(
            f"The object of another organization {told(response)} instead of {expected}.", response
        )
    if look is None or before is None:
        return held(f"Refused with {expected}; the contract has no way to look again.", response)
    after = yield look.labelled("another look")
    if (after.status, after.data) != (before.status, before.data):
        return broken(f"Refused with {expected}, yet the object changed.", response, after)
    return held(f"Refused with {expected} and the object is unchanged.", created, response, after)


PROBE = Probe(
    requirement="tenant:foreign-resource",
    summary="Goes for an object of another organization by id, on every method.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
    endpoints=tenant_objects,
)
