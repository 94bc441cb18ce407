"""One deployment of a contract: what its environment says, judged before the first request.

Requirements: key:no-example-values, key:dedicated, keyset:source, browser:cors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import ValidationError

from authpact.contract import Contract
from authpact.errors import ConfigurationError
from authpact.verify._key_set import KeySet
from authpact.verify._keys import KeySource
from authpact.verify._redis import VARIABLE as REDIS_VARIABLE
from authpact.verify._redis import RedisRevocations
from authpact.verify._remote import OpenRemoteStore, OpenStore, RemoteRevocations
from authpact.verify._revocation import MemoryRevocations, RevocationStore
from authpact.verify._secrets import SharedSecrets
from authpact.verify._verifier import Verifier

ORIGINS_VARIABLE: Final = "CORS_ORIGINS"
"""Replaces the contract's frontend origins in one deployment: exact origins, comma separated."""

Store = RevocationStore | RemoteRevocations
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A verifier with its revocations, and the origins that may call the API from a browser.

    The verifier asks a local store itself. It never waits, so its caller asks a remote one.
    """

    verifier: Verifier
    revocations: Store | None
    origins: tuple[str, ...]


def deploy(
    contract: Contract,
    environ: Mapping[str, str],
    keys: KeySource | None = None,
    revocations: Store | None = None,
) -> Deployment:
    """Read the variables that the contract names; `keys` and `revocations` replace theirs.

    Raises ConfigurationError with every problem at once.
    """
    problems: list[str] = []
    if keys is None:
        keys = _collect(problems, lambda: _keys(contract, environ))
    if revocations is None:  # an empty store is false, and still the one that was asked for
        revocations = _collect(problems, lambda: _revocations(contract, environ))
    if revocations is not None and contract.revocation.when_unavailable == "accept":
        revocations = _opened(revocations)
    origins = _collect(problems, lambda: _origins(contract, environ))
    if problems or keys is None or origins is None:
        raise ConfigurationError(*problems)
    verifier = Verifier(
        contract,
        keys,
        issuer=_value(environ, contract.keys.issuer_env),
        audience=_value(environ, contract.keys.audience_env),
        revocations=None if isinstance(revocations, RemoteRevocations) else revocations,
    )
    return Deployment(verifier, revocations, origins)


def _collect(problems: list[str], step: Callable[[], Value]) -> Value | None:
    try:
        return step()
    except ConfigurationError as error:
        problems.extend(error.problems)
        return None


def _value(environ: Mapping[str, str], name: str) -> str | None:
    """Return a variable; one that is set to nothing is not set."""
    return environ.get(name, "").strip() or None


def _keys(contract: Contract, environ: Mapping[str, str]) -> KeySource:
    names = contract.keys
    if contract.algorithm.symmetric:
        text = _value(environ, names.verification_keys_env) or ""
        return SharedSecrets.parse(text, names.verification_keys_env, environ)
    issuer = _value(environ, names.issuer_env) or contract.token.issuer
    return KeySet(contract, _value(environ, names.jwks_url_env) or issuer + names.jwks_path)


def _revocations(contract: Contract, environ: Mapping[str, str]) -> Store | None:
    if contract.revocation.mode == "none":
        return None
    longest_life = contract.token.lifetime + 2 * contract.token.leeway
    if contract.revocation.store == "memory":
        return MemoryRevocations(longest_life)
    url = _value(environ, REDIS_VARIABLE)
    if url is None:
        raise ConfigurationError(f"{REDIS_VARIABLE} is not set: write redis://… or rediss://…")
    audience = _value(environ, contract.keys.audience_env) or contract.token.audience
    return RedisRevocations(url, audience, longest_life)


def _opened(store: Store) -> Store:
    if isinstance(store, RemoteRevocations):
        return OpenRemoteStore(store)
    return OpenStore(store)


def _origins(contract: Contract, environ: Mapping[str, str]) -> tuple[str, ...]:
    listed = _value(environ, ORIGINS_VARIABLE)
    if listed is None:
        return contract.frontend.origins
    origins = [origin.strip() for origin in listed.split(",")]
    try:
        return type(contract.frontend).model_validate({"origins": origins}).origins
    except ValidationError as error:
        wrong = ", ".join(str(origins[int(item["loc"][1])]) for item in error.errors())
        raise ConfigurationError(
            f"{ORIGINS_VARIABLE}: write exact origins as scheme://host[:port], not {wrong}"
        ) from None
