from collections.abc import Generator

from authpact.probe._case import Case, Person
from authpact.probe._forge import payload_of
from authpact.probe._judge import told
from authpact.probe._messages import Json, Request, Response
from authpact.probe._people import activated, sign_in, sign_up, token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held, inconclusive


def named(case: Case, person: Person) -> Generator[Request, Response, tuple[Json, Response]]:
    """Ask for a token; return the organization that it names, and the answer."""
    issued = yield case.at_issuer("POST", "/api-token", cookie=person.cookie)
    return payload_of(token_in(issued)).get(case.contract.tenant.claim), issued


def attempt(case: Case) -> Attempt:
    """Ask for tokens as a member, for a foreign organization, and after the membership ended."""
    person = yield from sign_up(case.contract, case.origin)
    tenant, member = yield from named(case, person)
    if tenant != person.tenant:
        return broken("The token of a member does not name the active organization.", member)
    yield activated(case.origin, person.cookie, case.alice.tenant)
    tenant, intruder = yield from named(case, person)
    if tenant == case.alice.tenant:
        return broken("A token names an organization of which the user is no member.", intruder)
    other = yield from sign_in(case.contract, case.origin, person)
    tenant, second = yield from named(case, other)
    if tenant != person.tenant:
        return inconclusive("A second session could not take up the organization.", second)
    deletion = case.at_issuer("POST", "/organization/delete", cookie=person.cookie)
    deleted = yield deletion.json({"organizationId": person.tenant})
    if not deleted.succeeded:
        return inconclusive(f"The organization could not be deleted: {told(deleted)}.", deleted)
    tenant, late = yield from named(case, other)
    if tenant is not None:
        return broken("A session from before names the organization that it left.", late)
    return held("Members get their organization and nobody else does.", member, late)


PROBE = Probe(
    requirement="tenant:claim",
    summary="Asks the issuer for tokens as a member, as a stranger and after the membership ended.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/api-token"),
)
