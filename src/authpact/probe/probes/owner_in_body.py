import secrets
from collections.abc import Iterator

from authpact.contract import Endpoint
from authpact.probe._case import Case
from authpact.probe._judge import told
from authpact.probe._messages import Json
from authpact.probe._people import created_id, marked
from authpact.probe._places import creation_of, owned_collections
from authpact.probe._probe import Attempt, Probe, broken, held, inconclusive

_REFUSALS = frozenset({400, 403, 422})
_NAMES = ("user_id", "owner_id", "userId", "ownerId", "owner", "user")


def owner_claims(case: Case) -> dict[str, Json]:
    """Return body members that name Alice as the owner, under every usual name."""
    return dict.fromkeys(_NAMES, case.alice.subject)


def replacements(case: Case) -> Iterator[Endpoint]:
    """Find the endpoints that replace one object of the collection."""
    for place in case.contract.endpoints:
        same = place.collection == case.endpoint.path and place.resource_parameter
        if same and place.method in {"PUT", "PATCH"} and place.example:
            yield place


def attempt(case: Case) -> Attempt:
    """Create and change an object as Bob with Alice's id in the body."""
    creation = creation_of(case.contract, case.endpoint)
    if creation is None:
        return inconclusive("The contract has no way to create an object.")
    mark = secrets.token_hex(8)
    body = {**marked(creation, mark), **owner_claims(case)}
    created = yield case.call(creation, person=case.bob).json(body).labelled("create for Alice")
    theirs = yield case.call(person=case.alice).labelled("Alice's list")
    if mark in theirs.text:
        return broken("Bob created an object that belongs to Alice.", created, theirs)
    identity = created_id(created)
    if created.status in _REFUSALS:
        return held(f"A body that names an owner was refused with {created.status}.", created)
    if not created.succeeded or identity is None:
        return inconclusive(f"{creation} with an owner in the body {told(created)}.")
    for place in replacements(case):
        moved_mark = secrets.token_hex(8)
        request = case.call(place, person=case.bob, object_id=identity)
        moved = yield request.json({**marked(place, moved_mark), **owner_claims(case)})
        theirs = yield case.call(person=case.alice).labelled("Alice's list")
        if mark in theirs.text or moved_mark in theirs.text:
            return broken(f"{place} moved an object of Bob to Alice.", moved, theirs)
    mine = yield case.call(person=case.bob).labelled("Bob's list")
    return held("The owner is the subject of the token, whatever the body says.", created, mine)


PROBE = Probe(
    requirement="ownership:owner-from-token",
    summary="Creates and changes objects with another owner's id in the body.",
    attempt=attempt,
    endpoints=owned_collections,
)
