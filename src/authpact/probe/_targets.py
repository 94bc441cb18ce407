"""What can be probed: a URL, an application in this process, or a whole stack (URL + issuer)."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Final, Protocol, cast

import httpx

from authpact.contract import Contract
from authpact.errors import ProbeError
from authpact.probe._forge import Signing, encode, from_jwk_file, generate, shared
from authpact.probe._messages import Claims, Json
from authpact.probe._people import GrantRole
from authpact.probe._serving import Asgi, serve_application, serve_key_set

_TIMEOUT: Final = 10.0
AUTH_SECRET_ENV: Final = "BETTER_AUTH_SECRET"  # noqa: S105  # the name of a variable


@dataclass(frozen=True, slots=True)
class System:
    """A running system and what a probe may use of it."""

    name: str
    api: str
    issuer: str | None = None
    signing: Signing | None = field(default=None, repr=False)
    auth_secret: str | None = field(default=None, repr=False)
    grant_role: GrantRole | None = None


class Target(Protocol):
    """Something that becomes a running system for the time of a run."""

    def open(self, contract: Contract) -> AbstractContextManager[System]:
        """Start or reach it. Raises ProbeError when that fails."""
        ...


@dataclass(frozen=True, slots=True)
class RunningTarget:
    """A system that runs already; without `signing` and `issuer` there is nothing to probe with."""

    api: str
    issuer: str | None = None
    """Base address of Better Auth, without `/api/auth`."""
    signing: Signing | None = field(default=None, repr=False)
    auth_secret: str | None = field(default=None, repr=False)
    grant_role: GrantRole | None = None

    @contextmanager
    def open(self, contract: Contract) -> Iterator[System]:
        """Yield the system. Raises ProbeError when it gives neither a key nor an issuer."""
        if self.signing is None and self.issuer is None:
            raise ProbeError(
                f"Give {contract.keys.verification_keys_env}, a private JWK or the address of "
                "Better Auth: without any of them no valid token can be had."
            )
        yield System(
            self.api, self.api, self.issuer, self.signing, self.auth_secret, self.grant_role
        )


@dataclass(frozen=True, slots=True)
class ApplicationTarget:
    """An application in this process: started with keys made for this run.

    `load` is called after the environment variables of the contract are set.
    """

    name: str
    load: Callable[[], Asgi]
    issuer: str | None = None
    auth_secret: str | None = field(default=None, repr=False)
    signing: Signing | None = field(default=None, repr=False)
    """Keys to start with instead of fresh ones."""
    grant_role: GrantRole | None = None

    @contextmanager
    def open(self, contract: Contract) -> Iterator[System]:
        """Start it on a loopback port. Raises ProbeError when it does not start."""
        algorithm = contract.token.algorithm
        signing = self.signing or Signing(generate(algorithm), generate(algorithm))
        with ExitStack() as stack:
            variables = _variables(contract, signing, self.issuer, stack)
            stack.enter_context(environment(variables))
            api = stack.enter_context(serve_application(self.load()))
            yield System(self.name, api, self.issuer, signing, self.auth_secret, self.grant_role)


def _variables(
    contract: Contract, signing: Signing, issuer: str | None, stack: ExitStack
) -> dict[str, str]:
    keys = contract.keys
    accepted = [key for key in (signing.current, signing.other) if key]
    variables = {
        keys.issuer_env: contract.token.issuer,
        keys.audience_env: contract.token.audience,
    }
    if contract.token.mode == "jwks":
        public = {key.key_id: key.public for key in accepted}
        public |= _published(f"{issuer}{keys.jwks_path}") if issuer else {}
        served = serve_key_set(list(public.values()), keys.jwks_path)
        variables[keys.jwks_url_env] = stack.enter_context(served)
    else:
        pairs = (f"{k.key_id}:{encode(k.secret)}" for k in accepted)
        variables[keys.verification_keys_env] = ",".join(pairs)
    return variables


def _published(url: str) -> dict[str, Claims]:
    """Fetch the issuer's own keys, so that its tokens are accepted beside forged ones."""
    try:
        found: Json = httpx.get(url, timeout=_TIMEOUT, trust_env=False).json().get("keys", [])
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        raise ProbeError(f"The issuer's key set cannot be read at {url}.") from error
    entries = found if isinstance(found, list) else []
    return {str(entry.get("kid")): entry for entry in entries if isinstance(entry, dict)}


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables and put the old values back at the end."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def import_application(reference: str) -> Asgi:
    """Import `module:app`; a function without parameters is called as a factory.

    Raises ProbeError when it cannot be imported.
    """
    module_name, _, attribute = reference.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except Exception as error:
        raise ProbeError(
            f"{reference} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    is_factory = callable(found) and hasattr(found, "__code__") and not signature(found).parameters
    return cast("Asgi", found() if is_factory else found)


def deployed(contract: Contract, environ: Mapping[str, str]) -> Contract:
    """Return the contract as one deployment keeps it: issuer and audience may be overridden."""
    token = contract.token
    changes = {
        "issuer": environ.get(contract.keys.issuer_env) or token.issuer,
        "audience": environ.get(contract.keys.audience_env) or token.audience,
    }
    return contract.model_copy(update={"token": token.model_copy(update=changes)})


def signing_from_environment(contract: Contract, environ: Mapping[str, str]) -> Signing | None:
    """Read the shared secret from the variables the contract names; None when they are not set.

    The API's `kid:secret,kid:secret` comes first: its second entry serves a rotation. Raises
    ProbeError for a value that is not usable.
    """
    if contract.token.mode != "shared-secret":
        return None
    keys = contract.keys
    pairs = [
        p.strip().partition(":") for p in environ.get(keys.verification_keys_env, "").split(",")
    ]
    signers = [shared(secret, kid) for kid, colon, secret in pairs if colon]
    if signers:
        return Signing(signers[0], signers[1] if len(signers) > 1 else None)
    secret, key_id = environ.get(keys.secret_env), environ.get(keys.key_id_env)
    return Signing(shared(secret, key_id)) if secret and key_id else None


def target_of(
    text: str,
    contract: Contract,
    *,
    issuer: str | None = None,
    jwk_file: Path | None = None,
    key_id: str | None = None,
) -> Target:
    """Turn the argument of the command into a target: `http(s)://…` or `module:app`.

    Raises ProbeError for anything else or for unusable keys.
    """
    secret = os.environ.get(AUTH_SECRET_ENV)
    if text.startswith(("http://", "https://")):
        signing = signing_from_environment(contract, os.environ)
        if jwk_file:
            signing = Signing(from_jwk_file(jwk_file, contract.token.algorithm, key_id))
        return RunningTarget(text.rstrip("/"), issuer, signing, secret)
    module_name, _, attribute = text.partition(":")
    if not module_name or not attribute.isidentifier():
        raise ProbeError(f"{text!r} is neither an http(s) address nor `module:app`.")
    # With an issuer beside it the application has to share its secret; alone it gets fresh ones.
    shared_keys = signing_from_environment(contract, os.environ) if issuer else None
    return ApplicationTarget(text, lambda: import_application(text), issuer, secret, shared_keys)
