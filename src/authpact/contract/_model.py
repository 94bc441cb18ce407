"""The contract: what both sides agree on. Immutable, complete, without a single secret."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from authpact.contract._accepted import Decision, Deviation, Suppression
from authpact.contract._algorithms import ALGORITHMS, Algorithm
from authpact.contract._duration import Seconds
from authpact.contract._table import Table
from authpact.contract._texts import (
    PARAMETER,
    AccessLevel,
    ClaimName,
    EnvName,
    From,
    Name,
    Path,
    PermissionName,
    Text,
    WebOrigin,
    named_parameter,
)

Json = str | int | float | bool | None
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
AccessKind = Literal["public", "authenticated", "owner", "role", "permission"]


class Project(Table):
    """What is being built."""

    name: Name = "todo"
    """Short name of the application."""
    scope: Text = "Phase II"
    """The phase the documents speak about; nothing outside it is specified."""


class Token(Table):
    """The access token: who signs it, how, for whom and for how long."""

    mode: Literal["shared-secret", "jwks"] = "shared-secret"
    """`shared-secret`: one dedicated HS256 secret. `jwks`: a key pair held by the issuer alone."""
    algorithm: Literal["HS256", "EdDSA", "ES256", "RS256", "PS256"] = "HS256"
    """The one algorithm the API accepts."""
    issuer: Text = "http://localhost:3000"
    """The exact `iss` value; the origin of the Next.js application."""
    audience: Text = "http://localhost:8000"
    """The exact `aud` value; names the one API."""
    type: Literal["at+jwt"] = "at+jwt"
    """The `typ` header that sets access tokens apart from every other JWT."""
    lifetime: Annotated[Seconds, Field(ge=60, le=3600)] = 900
    """How long a token is accepted: 1 minute to 1 hour."""
    leeway: Annotated[Seconds, Field(ge=0, le=60)] = 10
    """Clock difference that is tolerated: 0 to 60 seconds."""
    client: Name = "web"
    """The `client_id` claim: the frontend the token is issued to."""
    roles_claim: ClaimName = "roles"
    """The claim that lists the user's roles; only issued when roles are defined."""


class Keys(Table):
    """Names of environment variables, never values; and how a key set is fetched."""

    secret_env: EnvName = "API_JWT_SECRET"  # noqa: S105  # a name, not a value
    """Issuer: base64url of at least 32 random bytes (shared-secret mode)."""
    key_id_env: EnvName = "API_JWT_KID"
    """Issuer: the `kid` put into the header (shared-secret mode)."""
    verification_keys_env: EnvName = "API_JWT_KEYS"
    """API: `kid:secret[,kid:secret]`, so that rotation has an overlap (shared-secret mode)."""
    issuer_env: EnvName = "API_JWT_ISSUER"
    """Both sides: overrides `token.issuer` for one deployment."""
    audience_env: EnvName = "API_JWT_AUDIENCE"
    """Both sides: overrides `token.audience` for one deployment."""
    jwks_url_env: EnvName = "API_JWKS_URL"
    """API: address of the issuer's key set (jwks mode)."""
    jwks_path: Path = "/api/auth/jwks"
    """Where Better Auth serves the key set (jwks mode)."""
    cache: Annotated[Seconds, Field(ge=30, le=86400)] = 300
    """How long a fetched key set counts as fresh (jwks mode)."""
    cooldown: Annotated[Seconds, Field(ge=1, le=600)] = 30
    """Shortest time between two fetches caused by unknown key ids (jwks mode)."""
    stale_if_error: Annotated[Seconds, Field(ge=0, le=86400)] = 3600
    """How long an old key set still serves while the issuer cannot be reached (jwks mode)."""
    timeout: Annotated[Seconds, Field(ge=1, le=30)] = 3
    """Longest wait for the key set (jwks mode)."""


class Session(Table):
    """The Better Auth session and what the browser keeps."""

    lifetime: Annotated[Seconds, Field(ge=300, le=7776000)] = 604800
    """How long a session lasts: 5 minutes to 90 days."""
    reissue: Literal["silent", "none"] = "silent"
    """`silent`: while the session lives, an expired token is replaced once, unseen by the user."""
    storage: Literal["memory", "cookie", "storage"] = "memory"
    """Where the token is kept: page memory, an HttpOnly cookie behind Next.js, web storage."""


class Ownership(Table):
    """Whose resource is it, and what a stranger is told."""

    subject: Literal["sub"] = "sub"
    """The claim that is the canonical user id."""
    foreign_path: Literal[403, 404] = 403
    """Status when the path names another user."""
    foreign_resource: Literal[403, 404] = 404
    """Status when the object belongs to another user."""


class Tenant(Table):
    """The organization a token speaks for, where the application has organizations."""

    mode: Literal["none", "organization"] = "none"
    """`organization`: tokens name the active organization of Better Auth's organization plugin."""
    claim: ClaimName = "org_id"
    """The claim that holds the id of the organization; absent while none is active."""


class Role(Table):
    """What a role may do."""

    permissions: tuple[PermissionName, ...] = ()
    """Permissions granted, written `resource:action`."""


@dataclass(frozen=True, slots=True)
class Access:
    """An access level taken apart: the kind, and the role or permission it names."""

    kind: AccessKind
    name: str = ""


class Endpoint(Table):
    """One operation of the API and who may call it."""

    method: Method
    """The HTTP method."""
    path: Path
    """The path as FastAPI writes it, such as `/api/{user_id}/tasks`."""
    access: AccessLevel
    """public, authenticated, owner, role:NAME or permission:NAME."""
    owner_from: From | None = None
    """With `owner`: `path:NAME` (that parameter is the user id) or `resource` (the row's owner)."""
    tenant_from: From | None = None
    """`path:NAME` (that parameter is the organization id) or `resource` (the row's)."""
    summary: Text | None = None
    """What the operation does, in a few words."""
    example: dict[str, Json] | None = None
    """A body that a valid request carries; used by documents and probes."""

    @property
    def grant(self) -> Access:
        """The access level taken apart."""
        kind, _, name = self.access.partition(":")
        return Access(kind=kind, name=name)  # type: ignore[arg-type]  # checked by the pattern

    @property
    def owner_parameter(self) -> str | None:
        """The path parameter that holds the user id, None when the path has none."""
        return named_parameter(self.owner_from)

    @property
    def tenant_parameter(self) -> str | None:
        """The path parameter that holds the organization id, None when the path has none."""
        return named_parameter(self.tenant_from)

    @property
    def resource_parameter(self) -> str | None:
        """The last path parameter that is neither the user nor the organization: one object."""
        others = {self.owner_parameter, self.tenant_parameter}
        names = [name for name in PARAMETER.findall(self.path) if name not in others]
        return names[-1] if names else None

    @property
    def collection(self) -> str:
        """The path of the collection: everything before the object's id."""
        name = self.resource_parameter
        if name is None:
            return self.path
        return re.split(r"/\{" + name + r"(?::[a-z]+)?\}", self.path, maxsplit=1)[0]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Frontend(Table):
    """Where the browser application lives."""

    origins: tuple[WebOrigin, ...] = ("http://localhost:3000",)
    """Exact origins that may call the API from a browser; no wildcard."""
    api_url_env: EnvName = "NEXT_PUBLIC_API_URL"
    """Frontend: base address of the API."""


class Revocation(Table):
    """What happens to issued tokens when a session ends."""

    mode: Literal["none", "backchannel"] = "none"
    """`none`: they run out by themselves. `backchannel`: the issuer tells the API at once."""
    store: Literal["memory", "redis"] = "memory"
    """Where the API remembers ended sessions."""
    when_unavailable: Literal["refuse", "accept"] = "refuse"
    """While the store cannot be asked: `refuse` with 503, or `accept` with an alarm in the log."""
    path: Path = "/auth/backchannel-logout"
    """Where the API receives logout tokens (backchannel mode)."""


class Contract(Table):
    """Everything both sides agree on; the one source of documents, wiring, checks and probes."""

    version: Literal[1] = 1
    """Version of the file format."""
    project: Project = Project.model_construct()
    token: Token = Token.model_construct()
    keys: Keys = Keys.model_construct()
    session: Session = Session.model_construct()
    ownership: Ownership = Ownership.model_construct()
    tenant: Tenant = Tenant.model_construct()
    roles: dict[Name, Role] = Field(default_factory=dict)
    """Roles by name; empty when the application has none."""
    endpoints: tuple[Endpoint, ...] = ()
    """Every operation of the API; what is not listed is refused."""
    frontend: Frontend = Frontend.model_construct()
    revocation: Revocation = Revocation.model_construct()
    decisions: dict[Name, Decision] = Field(default_factory=dict)
    """Choices with their origin, by topic."""
    deviations: tuple[Deviation, ...] = ()
    """Accepted wishes outside of the constraints; printed by the documents, compiled by nothing."""
    suppressions: tuple[Suppression, ...] = ()
    """Findings of the review that are accepted, with the reason; compiled by nothing."""

    @property
    def algorithm(self) -> Algorithm:
        """The row of the one accepted algorithm."""
        return ALGORITHMS[self.token.algorithm]

    @property
    def protected(self) -> tuple[Endpoint, ...]:
        """Endpoints that need a token."""
        return tuple(e for e in self.endpoints if e.grant.kind != "public")

    @property
    def tenant_claim(self) -> str | None:
        """The claim that names the organization, None where the contract has no tenants."""
        return self.tenant.claim if self.tenant.mode == "organization" else None

    def permissions_of(self, roles: frozenset[str]) -> frozenset[str]:
        """Return all permissions granted by these roles; unknown roles grant nothing."""
        return frozenset(p for r in roles if r in self.roles for p in self.roles[r].permissions)
