"""Who takes part in a run: two ordinary people, one holder of each role, and Alice's objects."""

import secrets
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from authpact.contract import Contract
from authpact.errors import ProbeError
from authpact.probe._case import Case, Person, fresh_claims
from authpact.probe._forge import Signer, payload_of
from authpact.probe._messages import Request, Response, Side

Send = Callable[[Request], Response]
GrantRole = Callable[[str, str], None]
API_TOKEN: Final = "/api/auth/api-token"  # noqa: S105  # a path, not a token
_TOKEN_MEMBERS: Final = ("access_token", "token")


def new_account() -> tuple[str, str, str]:
    """Return a name, an e-mail address and a password that nobody has."""
    mark = secrets.token_hex(6)
    return f"Probe {mark}", f"probe-{mark}@example.test", secrets.token_urlsafe(18)


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


@dataclass(frozen=True, slots=True)
class Accounts:
    """Makes people at a running Better Auth, the way its browser client does."""

    contract: Contract
    send: Send
    origin: str

    def post(self, path: str, body: Mapping[str, str], cookie: str = "") -> Response:
        """Send one POST below `/api/auth` with the frontend's origin."""
        request = Request("POST", f"/api/auth{path}", side=Side.ISSUER)
        request = request.header("Origin", self.origin).json({**body})
        return self.send(request.header("Cookie", cookie) if cookie else request)

    def sign_up(self) -> Person:
        """Sign a new person up and fetch a token. Raises ProbeError when either fails."""
        name, email, password = new_account()
        response = self.post("/sign-up/email", {"name": name, "email": email, "password": password})
        if not response.succeeded or not response.cookies:
            raise ProbeError(
                f"Better Auth did not sign a new user up: it answered {response.status}."
            )
        person = Person("", "", name=name, email=email, password=password)
        return self._with_token(person, response)

    def sign_in(self, person: Person) -> Person:
        """Give somebody a new session and token. Raises ProbeError when that fails."""
        response = self.post("/sign-in/email", {"email": person.email, "password": person.password})
        if not response.succeeded or not response.cookies:
            raise ProbeError(f"Better Auth did not sign a user in: it answered {response.status}.")
        return self._with_token(person, response)

    def _with_token(self, person: Person, signed_in: Response) -> Person:
        cookie = cookie_of(signed_in)
        issued = self.send(
            Request("POST", API_TOKEN, side=Side.ISSUER)
            .header("Origin", self.origin)
            .header("Cookie", cookie)
            .json({})
        )
        token = token_in(issued)
        if not token:
            raise ProbeError(
                f"POST {API_TOKEN} gave no token to a new session: it answered {issued.status}."
            )
        claims = payload_of(token)
        opaque = signed_in.member("token")
        return replace(
            person,
            subject=str(claims.get("sub", "")),
            session=str(claims.get("sid", "")),
            token=token,
            cookie=cookie,
            session_token=opaque if isinstance(opaque, str) else "",
        )


def invented(contract: Contract, signer: Signer, now: int, roles: tuple[str, ...] = ()) -> Person:
    """Return somebody who exists only in a signed token."""
    alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    subject = "".join(secrets.choice(alphabet) for _ in range(32))
    person = Person(subject, "", roles=roles, session=secrets.token_hex(16))
    return replace(person, token=signer.sign(fresh_claims(contract, person, now)))


def role_holders(
    contract: Contract, accounts: Accounts | None, grant: GrantRole | None, invent: Callable[[tuple[str, ...]], Person] | None
) -> dict[str, Person]:
    """Return one holder of each role: a real one where roles can be granted, else a forged token."""
    people: dict[str, Person] = {}
    for role in contract.roles:
        if accounts and grant:
            person = accounts.sign_up()
            grant(person.email, role)
            people[role] = replace(accounts.sign_in(person), roles=(role,))
        elif invent:
            people[role] = invent((role,))
    return people


def first_objects(case: Case) -> Generator[Request, Response, dict[str, str]]:
    """Let Alice create one object in each collection she may write to."""
    objects: dict[str, str] = {}
    for endpoint in case.contract.endpoints:
        if endpoint.method == "POST" and endpoint.grant.kind == "owner" and not endpoint.resource_parameter:
            identity = created_id((yield case.call(endpoint)))
            if identity:
                objects[endpoint.path] = identity
    return objects
