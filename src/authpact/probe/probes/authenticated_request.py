from authpact.probe._case import Case
from authpact.probe._judge import told
from authpact.probe._people import create
from authpact.probe._places import creation_of, every_protected, holders
from authpact.probe._probe import Attempt, Probe, broken, held, inconclusive


def attempt(case: Case) -> Attempt:
    """Call the endpoint as somebody who may, on an object that exists."""
    place, who = case.endpoint, case.caller(case.endpoint)
    if place.grant.kind in {"role", "permission"}:
        names = holders(case.contract, place.grant)
        if not set(names) & set(who.roles):
            return inconclusive("Nobody with the role could be had: no key and no way to grant it.")
    identity = None
    if place.resource_parameter and creation_of(case.contract, place):
        identity, _ = yield from create(case, place, who)
    response = yield case.call(person=who, object_id=identity)
    if response.succeeded:
        return held(f"A valid token was let in: {told(response)}.", response)
    if response.status == 404 and place.resource_parameter and identity is None:  # noqa: PLR2004  # not found
        return held("A valid token was let in; no object was there to be found.", response)
    return broken(f"A valid token was not served: {told(response)}.", response)


PROBE = Probe(
    requirement="access:authenticated",
    summary="Calls every protected endpoint with a valid token of somebody who may.",
    attempt=attempt,
    endpoints=every_protected,
)
