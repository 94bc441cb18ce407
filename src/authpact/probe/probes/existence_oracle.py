import secrets
import uuid

from authpact.probe._case import Case
from authpact.probe._judge import told
from authpact.probe._messages import Response
from authpact.probe._people import create
from authpact.probe._places import owned_objects
from authpact.probe._probe import Attempt, Probe, broken, held


def absent_like(identity: str) -> str:
    """Return an id of the same form that no object has."""
    if identity.isdigit():
        return str(2_000_000_000 + secrets.randbelow(100_000_000))
    try:
        uuid.UUID(identity)
    except ValueError:
        return secrets.token_hex(len(identity))[: len(identity)]
    return str(uuid.uuid4())


def seen(response: Response, identity: str) -> tuple[int, str]:
    """Return what a client can tell apart, the id itself left out."""
    return response.status, response.text.replace(identity, "{id}")


def attempt(case: Case) -> Attempt:
    """Ask as Bob for an object of Alice and for one that does not exist."""
    identity, _ = yield from create(case, case.endpoint, case.alice)
    nowhere = absent_like(identity)
    foreign = yield case.call(person=case.bob, object_id=identity).labelled("of Alice")
    absent = yield case.call(person=case.bob, object_id=nowhere).labelled("of nobody")
    if seen(foreign, identity) == seen(absent, nowhere):
        return held(f"A foreign and an absent object both {told(foreign)} alike.", foreign, absent)
    return broken(
        f"They can be told apart: the foreign one {told(foreign)}, the absent one {told(absent)}.",
        foreign,
        absent,
    )


PROBE = Probe(
    requirement="ownership:no-oracle",
    summary="Compares the answers for a foreign and for an absent object.",
    attempt=attempt,
    endpoints=owned_objects,
)
