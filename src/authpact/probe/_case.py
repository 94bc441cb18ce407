"""What a probe is given: the contract, two ordinary people, a key and request builders."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote

from authpact.contract import PARAMETER, Contract, Endpoint
from authpact.errors import ProbeError
from authpact.probe._forge import Signer, Signing, header_of, payload_of
from authpact.probe._messages import Claims, Json, Request, to_issuer
from authpact.probe._places import holders

NO_TOKEN: Final = ""
"""Given as the token of a call: send no Authorization header."""
_WITH_BODY: Final = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; `token` is a valid access token of theirs."""

    subject: str
    token: str = field(repr=False)
    roles: tuple[str, ...] = ()
    session: str = ""
    """The `sid` of the token."""
    tenant: str = ""
    """The organization of the token, empty without one."""
    name: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    cookie: str = field(default="", repr=False)
    """What a browser would send to the issuer."""
    session_token: str = field(default="", repr=False)
    """The opaque session token from the answer to the sign-in."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything one attempt may use; a probe reads it and changes nothing."""

    contract: Contract
    endpoint: Endpoint
    alice: Person
    bob: Person
    now: int
    """Seconds since 1970 at the start of the attempt."""
    by_role: Mapping[str, Person] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    """Path of a collection → id of an object in it that Alice owns."""
    signing: Signing | None = field(default=None, repr=False)
    public_keys: tuple[Claims, ...] = ()
    """Public JWKs the API trusts (jwks mode)."""
    auth_secret: str | None = field(default=None, repr=False)
    has_issuer: bool = False

    @property
    def signer(self) -> Signer:
        """The key the API accepts. Raises ProbeError where the target gave none."""
        if self.signing is None:
            raise ProbeError("The target gave no key to sign with.")
        return self.signing.current

    @property
    def known_key_id(self) -> Json:
        """The key id the API knows: of the target's key, else of Alice's token."""
        return (
            self.signing.current.key_id if self.signing else header_of(self.alice.token).get("kid")
        )

    @property
    def good(self) -> Claims:
        """Fresh, valid claims of somebody who may call the endpoint of the case."""
        return self.claims(self.caller(self.endpoint))

    @property
    def origin(self) -> str:
        """The origin a browser would send: the first of the contract, else the issuer's."""
        return next(iter(self.contract.frontend.origins), self.contract.token.issuer)

    def claims(self, person: Person, **changes: Json) -> Claims:
        """Return fresh, valid claims of somebody, with some of them changed."""
        return {**fresh_claims(self.contract, person, self.now), **changes}

    def in_tenant(self, person: Person, tenant: str) -> Person:
        """Return somebody with a token for this organization; empty means for none.

        Raises ProbeError where the target gave no key.
        """
        moved = replace(person, tenant=tenant)
        return replace(moved, token=self.signer.sign(self.claims(moved)))

    def caller(self, endpoint: Endpoint) -> Person:
        """Return somebody who may call this endpoint: Alice, or a holder of its role."""
        if endpoint.grant.kind not in {"role", "permission"}:
            return self.alice
        names = holders(self.contract, endpoint.grant)
        return next((self.by_role[n] for n in names if n in self.by_role), self.alice)

    def call(
        self,
        endpoint: Endpoint | None = None,
        *,
        person: Person | None = None,
        token: str | None = None,
        path_user: str | None = None,
        path_tenant: str | None = None,
        object_id: str | None = None,
    ) -> Request:
        """Build a request as a client of the contract would send it.

        Without arguments: the endpoint of the case, called by somebody who may. The token is the
        person's unless given; `NO_TOKEN` sends none. The path names the person, and the
        organization of their token, unless given.
        """
        place = endpoint or self.endpoint
        who = person or self.caller(place)
        values = {
            place.tenant_parameter: path_tenant or who.tenant or "1",
            place.owner_parameter: path_user or who.subject,
            place.resource_parameter: object_id or self.objects.get(place.collection, "1"),
        }
        path = PARAMETER.sub(lambda m: quote(values.get(m[1], "1"), safe=""), place.path)
        request = Request(place.method, path)
        if place.method in _WITH_BODY and place.example is not None:
            request = request.json({**place.example})
        sent = who.token if token is None else token
        return request.bearer(sent) if sent else request

    def at_issuer(self, method: str, path: str, *, cookie: str = "") -> Request:
        """Build a request to Better Auth as its browser client sends it (below `/api/auth`)."""
        return to_issuer(self.origin, method, path, cookie)


def fresh_claims(contract: Contract, person: Person, now: int) -> Claims:
    """Return the claims the issuer would give to somebody at this moment."""
    token = contract.token
    claims: Claims = {
        "iss": token.issuer,
        "sub": person.subject,
        "aud": token.audience,
        "iat": now,
        "exp": now + token.lifetime,
        "jti": str(uuid.uuid4()),
        "client_id": token.client,
        "sid": person.session or f"session-of-{person.subject}",
    }
    if contract.roles:
        claims[token.roles_claim] = list(person.roles)
    if contract.tenant_claim and person.tenant:
        claims[contract.tenant_claim] = person.tenant
    return claims


def expired_twin(case: Case, token: str) -> str:
    """Sign the claims of a token again with an end that is past: the same token, later.

    Raises ProbeError where the target gave no key.
    """
    end = case.now - case.contract.token.leeway - 60
    times: Claims = {"iat": end - case.contract.token.lifetime, "exp": end}
    return case.signer.sign({**payload_of(token), **times})
