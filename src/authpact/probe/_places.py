"""Where a probe runs: selections of endpoints of a contract."""

from collections.abc import Callable

from authpact.contract import Access, Contract, Endpoint
from authpact.errors import ProbeError

_BODILESS = ("GET", "DELETE")


def representative(contract: Contract) -> tuple[Endpoint, ...]:
    """Return the one protected endpoint that stands for all: a harmless read where there is one.

    Raises ProbeError when the contract protects nothing.
    """
    kinds = ("authenticated", "owner", "permission", "role", "public")
    ranked = sorted(
        contract.protected,
        key=lambda e: (
            e.method != "GET",
            e.resource_parameter is not None,
            kinds.index(e.grant.kind),
        ),
    )
    if not ranked:
        raise ProbeError("The contract protects no endpoint: there is nothing to probe.")
    return (ranked[0],)


def every_protected(contract: Contract) -> tuple[Endpoint, ...]:
    """Return every endpoint that needs a token."""
    return contract.protected


def every_endpoint_of(kind: str) -> Callable[[Contract], tuple[Endpoint, ...]]:
    """Return a selection of the endpoints with this kind of access."""
    return lambda contract: tuple(e for e in contract.endpoints if e.grant.kind == kind)


def owned_paths(contract: Contract) -> tuple[Endpoint, ...]:
    """Return the endpoints whose path names a user."""
    return tuple(e for e in contract.endpoints if e.owner_parameter)


def creation_of(contract: Contract, endpoint: Endpoint) -> Endpoint | None:
    """Return the POST that creates the objects this endpoint speaks about, None without one."""
    return next(
        (
            e
            for e in contract.endpoints
            if e.method == "POST"
            and (e.grant.kind == "owner" or e.tenant_from)
            and e.path == endpoint.collection
        ),
        None,
    )


def reading_of(contract: Contract, endpoint: Endpoint) -> Endpoint | None:
    """Return the GET of the same object, else the list of its collection, None without either."""
    reads = [
        e for e in contract.endpoints if e.method == "GET" and e.collection == endpoint.collection
    ]
    by_id = [
        e for e in reads if e.resource_parameter and e.path.count("/") <= endpoint.path.count("/")
    ]
    return next(iter([*by_id, *reads]), None)


def owned_objects(contract: Contract) -> tuple[Endpoint, ...]:
    """Return the owner endpoints that reach an object by id which a user can create."""
    return tuple(
        e
        for e in contract.endpoints
        if e.grant.kind == "owner" and e.resource_parameter and creation_of(contract, e)
    )


def tenant_operations(contract: Contract) -> tuple[Endpoint, ...]:
    """Return the endpoints of an organization."""
    return tuple(e for e in contract.endpoints if e.tenant_from)


def tenant_paths(contract: Contract) -> tuple[Endpoint, ...]:
    """Return the endpoints whose path names an organization."""
    return tuple(e for e in contract.endpoints if e.tenant_parameter)


def tenant_objects(contract: Contract) -> tuple[Endpoint, ...]:
    """Return the endpoints that reach an object of an organization which can be created."""
    found = ((e, creation_of(contract, e)) for e in tenant_operations(contract))
    return tuple(e for e, made in found if e.resource_parameter and made and made.tenant_from)


def owned_collections(contract: Contract) -> tuple[Endpoint, ...]:
    """Return the lists of collections in which a user can create objects."""
    return tuple(
        e
        for e in contract.endpoints
        if e.method == "GET"
        and e.grant.kind == "owner"
        and not e.resource_parameter
        and creation_of(contract, e)
    )


def at_issuer(method: str, path: str) -> Callable[[Contract], tuple[Endpoint, ...]]:
    """Return a selection of one route of the issuer."""
    place = Endpoint.model_validate({"method": method, "path": path, "access": "public"})
    return lambda _: (place,)


def at_api(method: str, path: str) -> Callable[[Contract], tuple[Endpoint, ...]]:
    """Return a selection of one route of the API that the contract need not list."""
    return at_issuer(method, path)


def holders(contract: Contract, grant: Access) -> tuple[str, ...]:
    """Return the roles that satisfy this grant."""
    if grant.kind == "role":
        return (grant.name,)
    return tuple(n for n, role in contract.roles.items() if grant.name in role.permissions)
