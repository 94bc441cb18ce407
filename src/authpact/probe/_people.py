"""Who takes part in a run: people with accounts, holders of roles, and the objects they own.

Everything here is a generator, as probes are: it yields requests and receives responses.
"""

import secrets
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Final, TypeAlias

from authpact.contract import Contract, Endpoint
from authpact.errors import ProbeError
from authpact.probe._case import Case, Person, fresh_claims
from authpact.probe._forge import Signer, payload_of
from authpact.probe._messages import Json, Request, Response, to_issuer
from authpact.probe._places import creation_of

GrantRole: TypeAlias = Callable[[str, str], None]
Meeting: TypeAlias = Generator[Request, Response, Person]
_TOKEN_MEMBERS: Final = ("access_token", "token")


def new_account() -> dict[str, str]:
    """Return a name, an e-mail address and a password that nobody has."""
    mark = secrets.token_hex(6)
    return {
        "name": f"Probe {mark}",
        "email": f"probe-{mark}@example.test",
        "password": secrets.token_urlsafe(18),
    }


def cookie_of(response: Response) -> str:
    """Return what a browser would send back after this answer."""
    return "; ".join(f"{name}={value}" for name, value in response.cookies.items())


def token_in(response: Response) -> str:
    """Return the access token that an answer carries, empty when it carries none."""
    given = (response.member(name) for name in _TOKEN_MEMBERS)
    return next((v for v in given if isinstance(v, str) and v.count(".") == 2), "")  # noqa: PLR2004  # a JWS has two dots


def created_id(response: Response) -> str | None:
    """Return the id of the object that an answer describes, None when it names none."""
    data = response.data
    layers = [data, *data.values()] if isinstance(data, dict) else []
    for layer in layers:
        value = layer.get("id") if isinstance(layer, dict) else None
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return str(value)
    return None


def sign_up(contract: Contract, origin: str) -> Meeting:
    """Sign a new person up and fetch a token. Raises ProbeError when either fails."""
    account = new_account()
    response = yield to_issuer(origin, "POST", "/sign-up/email").json({**account})
    if not response.succeeded or not response.cookies:
        raise ProbeError(f"Better Auth did not sign a new user up: it answered {response.status}.")
    tenant = ""
    if contract.tenant_claim:
        tenant = yield from _founded(origin, cookie_of(response))
    name, email, password = account["name"], account["email"], account["password"]
    person = Person("", "", tenant=tenant, name=name, email=email, password=password)
    return (yield from _with_token(contract, origin, person, response))


def _founded(origin: str, cookie: str) -> Generator[Request, Response, str]:
    """Create an organization, which is the active one from then on; return its id."""
    mark = secrets.token_hex(6)
    body: dict[str, Json] = {"name": f"Probe {mark}", "slug": f"probe-{mark}"}
    response = yield to_issuer(origin, "POST", "/organization/create", cookie).json(body)
    identity = created_id(response)
    if not response.succeeded or identity is None:
        raise ProbeError(f"Better Auth made no organization: it answered {response.status}.")
    return identity


def activated(origin: str, cookie: str, tenant: str) -> Request:
    """Build the request that makes an organization the active one of a session."""
    body: dict[str, Json] = {"organizationId": tenant}
    return to_issuer(origin, "POST", "/organization/set-active", cookie).json(body)


def sign_in(contract: Contract, origin: str, person: Person) -> Meeting:
    """Give somebody a new session and token. Raises ProbeError when that fails."""
    credentials: dict[str, Json] = {"email": person.email, "password": person.password}
    response = yield to_issuer(origin, "POST", "/sign-in/email").json(credentials)
    if not response.succeeded or not response.cookies:
        raise ProbeError(f"Better Auth did not sign a user in: it answered {response.status}.")
    if person.tenant:
        yield activated(origin, cookie_of(response), person.tenant)
    return (yield from _with_token(contract, origin, person, response))


def _with_token(contract: Contract, origin: str, person: Person, signed_in: Response) -> Meeting:
    cookie = cookie_of(signed_in)
    issued = yield to_issuer(origin, "POST", "/api-token", cookie)
    token = token_in(issued)
    if not token:
        raise ProbeError(
            f"POST /api/auth/api-token gave a new session no token: it answered {issued.status}."
        )
    claims = payload_of(token)
    roles = claims.get(contract.token.roles_claim)
    opaque = signed_in.member("token")
    return replace(
        person,
        subject=str(claims.get("sub", "")),
        session=str(claims.get("sid", "")),
        roles=tuple(str(r) for r in roles) if isinstance(roles, list) else (),
        token=token,
        cookie=cookie,
        session_token=opaque if isinstance(opaque, str) else "",
    )


def invented(contract: Contract, signer: Signer, now: int, roles: tuple[str, ...] = ()) -> Person:
    """Return somebody who exists only in a signed token."""
    alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    subject = "".join(secrets.choice(alphabet) for _ in range(32))
    tenant = secrets.token_hex(16) if contract.tenant_claim else ""
    person = Person(subject, "", roles=roles, session=secrets.token_hex(16), tenant=tenant)
    return replace(person, token=signer.sign(fresh_claims(contract, person, now)))


def promoted(contract: Contract, origin: str, role: str, grant: GrantRole) -> Meeting:
    """Sign a new person up, let the launcher grant a role, and sign them in again."""
    person = yield from sign_up(contract, origin)
    grant(person.email, role)
    return (yield from sign_in(contract, origin, person))


def marked(endpoint: Endpoint, mark: str) -> dict[str, Json]:
    """Return the endpoint's example body with a mark in its first text; `{}` without example."""
    body: dict[str, Json] = {**(endpoint.example or {})}
    name = next((n for n, value in body.items() if isinstance(value, str)), None)
    return {**body, name: mark} if name else body


def create(
    case: Case, endpoint: Endpoint, person: Person, mark: str | None = None
) -> Generator[Request, Response, tuple[str, Response]]:
    """Let somebody create an object in the collection of an endpoint; return its id and answer.

    What will be an organization's and not theirs is created by somebody who may. Raises
    ProbeError when the contract or the API does not let them.
    """
    creation = creation_of(case.contract, endpoint)
    if creation is None:
        raise ProbeError(
            f"The contract has no POST {endpoint.collection} to create an object with."
        )
    if creation.grant.kind != "owner":
        person = case.caller(creation)
    request = case.call(creation, person=person)
    response = yield request.json(marked(creation, mark)) if mark else request
    identity = created_id(response)
    if not response.succeeded or identity is None:
        raise ProbeError(
            f"{creation} created no object with an `id`: it answered {response.status}."
        )
    return identity, response


def first_objects(case: Case) -> Generator[Request, Response, dict[str, str]]:
    """Let Alice create one object in each collection she may write to."""
    objects: dict[str, str] = {}
    for endpoint in case.contract.endpoints:
        if creation_of(case.contract, endpoint) == endpoint:
            identity = created_id((yield case.call(endpoint)))
            if identity:
                objects[endpoint.path] = identity
    return objects
