"""The variables of both sides: the one list behind documents and `.env.example` files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from authpact.contract import Contract

Side = Literal["frontend", "backend"]

PLACEHOLDER: Final = "replace-me"
"""Stands where a secret goes: too short for either side to start with."""

_BYTES: Final = "base64url of at least 32 random bytes, without padding"
_NEW_KEY: Final = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'
_KEY_ID: Final = "2026-01"
_FIXED: Final = "none: changes with the deployment only"
_ROTATE_KEY: Final = (
    "at least every 90 days and at once after a leak; with an overlap of old and new"
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of one side; `example` is a placeholder, never a usable secret."""

    side: Side
    name: str
    required: bool
    purpose: str
    format: str
    example: str
    rotation: str = _FIXED
    secret: bool = False
    command: str = ""
    """A shell command that makes a fitting value, empty where none is needed."""

    @property
    def public(self) -> bool:
        """Tell whether the browser bundle carries the value."""
        return self.name.startswith("NEXT_PUBLIC_")


_DATABASE: Final = (
    Variable(
        "frontend",
        "DATABASE_URL",
        required=False,
        purpose="database of Better Auth (users, sessions); default: the SQLite file ./auth.db",
        format="file:PATH or postgres://…",
        example="file:./auth.db",
        rotation="the database password, by the rules of the database",
        secret=True,
    ),
    Variable(
        "frontend",
        "AUTH_MIGRATE",
        required=False,
        purpose="leaves the tables alone at start, for deployments that migrate in a step "
        "of their own",
        format="manual, or not set",
        example="manual",
    ),
)


def variables(contract: Contract) -> tuple[Variable, ...]:
    """Return every variable either side reads under this contract, frontend first."""
    return (*_frontend(contract), *_backend(contract))


def _frontend(contract: Contract) -> Iterator[Variable]:
    yield _better_auth_secret(contract)
    yield Variable(
        "frontend",
        "BETTER_AUTH_URL",
        required=True,
        purpose="the one origin Better Auth answers for; without it Better Auth believes "
        "the Host header",
        format="origin: scheme://host[:port], HTTPS outside of local development",
        example=contract.frontend.origins[0]
        if contract.frontend.origins
        else contract.token.issuer,
    )
    if contract.token.mode == "shared-secret":
        yield from _signing_key(contract)
    yield from _identity(contract, "frontend")
    yield Variable(
        "frontend",
        contract.frontend.api_url_env,
        required=True,
        purpose="address of the API; not a secret",
        format="URL: scheme://host[:port], HTTPS outside of local development",
        example=contract.token.audience
        if contract.token.audience.startswith("http")
        else "http://localhost:8000",
    )
    yield from _DATABASE


def _better_auth_secret(contract: Contract) -> Variable:
    keys = "; empty the jwks table in the same step" if contract.token.mode == "jwks" else ""
    return Variable(
        "frontend",
        "BETTER_AUTH_SECRET",
        required=True,
        purpose="secret of Better Auth itself (cookies, e-mail links); never leaves the frontend",
        format="at least 32 random characters",
        example=PLACEHOLDER,
        rotation=f"after a leak; signs every user out{keys}",
        secret=True,
        command="openssl rand -base64 32",
    )


def _signing_key(contract: Contract) -> Iterator[Variable]:
    yield Variable(
        "frontend",
        contract.keys.secret_env,
        required=True,
        purpose="signs access tokens; never equal to BETTER_AUTH_SECRET",
        format=_BYTES,
        example=PLACEHOLDER,
        rotation=_ROTATE_KEY,
        secret=True,
        command=_NEW_KEY,
    )
    yield Variable(
        "frontend",
        contract.keys.key_id_env,
        required=True,
        purpose=f"key id of {contract.keys.secret_env}, written into the `kid` header",
        format="letters, digits, `.`, `_`, `-`",
        example=_KEY_ID,
        rotation="a new id with every new key",
    )


def _identity(contract: Contract, side: Side) -> Iterator[Variable]:
    token, keys = contract.token, contract.keys
    for name, claim, value in (
        (keys.issuer_env, "iss", token.issuer),
        (keys.audience_env, "aud", token.audience),
    ):
        yield Variable(
            side,
            name,
            required=False,
            purpose=f"replaces the `{claim}` of the contract in one deployment",
            format="exact text, equal on both sides",
            example=value,
        )


def _backend(contract: Contract) -> Iterator[Variable]:
    yield _verification_keys(contract)
    yield from _identity(contract, "backend")
    yield Variable(
        "backend",
        "CORS_ORIGINS",
        required=False,
        purpose="replaces the contract's origins in one deployment",
        format="origins, separated by commas; no wildcard",
        example=",".join(contract.frontend.origins),
    )
    if contract.revocation.mode == "backchannel" and contract.revocation.store == "redis":
        yield Variable(
            "backend",
            "REDIS_URL",
            required=True,
            purpose="where ended sessions are remembered, for all processes of the API",
            format="redis://… or rediss://…; Redis 6.2 or newer, or Valkey, without eviction",
            example="redis://localhost:6379/0",
            rotation="the password, by the rules of the server",
            secret=True,
        )
    yield Variable(
        "backend",
        "DATABASE_URL",
        required=False,
        purpose="database of the application; holds no passwords and no sessions",
        format="URL of the database",
        example="sqlite:///./app.db",
        rotation="the database password, by the rules of the database",
        secret=True,
    )
    yield Variable(
        "backend",
        "AUTHPACT_CONTRACT",
        required=False,
        purpose="path of the contract; default: authpact.toml beside the backend folder",
        format="file path",
        example="authpact.toml",
    )


def _verification_keys(contract: Contract) -> Variable:
    if contract.token.mode == "jwks":
        return Variable(
            "backend",
            contract.keys.jwks_url_env,
            required=False,
            purpose="address of the issuer's public key set, not a secret; default: "
            "issuer and path",
            format="URL, HTTPS outside of local development",
            example=contract.token.issuer.rstrip("/") + contract.keys.jwks_path,
            rotation="none: the keys behind it rotate at the issuer",
        )
    return Variable(
        "backend",
        contract.keys.verification_keys_env,
        required=True,
        purpose="keys the API accepts, by key id",
        format=f"`kid:secret[@retires][,kid:secret]`; each secret {_BYTES}; `retires` is the UTC "
        "date or RFC 3339 time from which that key verifies nothing",
        example=f"{_KEY_ID}:{PLACEHOLDER}",
        rotation=_ROTATE_KEY,
        secret=True,
    )
