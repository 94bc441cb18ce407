"""Rules about tokens, keys, sessions and the browser: one function each, requirement cited."""

from collections.abc import Iterator
from typing import Final

from authpact.contract._judgement import Judgement, Rule, error, is_remote_http, warning
from authpact.contract._model import Contract

_BETTER_AUTH: Final = frozenset({"BETTER_AUTH_SECRET", "BETTER_AUTH_SECRETS", "AUTH_SECRET"})
_LONG_UNREVOKED: Final = 1800


def _one_family(contract: Contract) -> Iterator[Judgement]:
    shared = contract.token.mode == "shared-secret"
    if shared and not contract.algorithm.symmetric:
        yield error(
            ("token", "algorithm"),
            f"{contract.token.algorithm} needs a key pair, but the mode is shared-secret",
            'write algorithm = "HS256", or mode = "jwks"',
            "algorithm:one-family",
        )
    if not shared and contract.algorithm.symmetric:
        yield error(
            ("token", "algorithm"),
            "HS256 needs a shared secret, but the mode is jwks: a key set would publish the secret",
            'write algorithm = "EdDSA" (or ES256, RS256, PS256), or mode = "shared-secret"',
            "algorithm:one-family",
        )


def _issuer_and_audience(contract: Contract) -> Iterator[Judgement]:
    for name in ("issuer", "audience"):
        value: str = getattr(contract.token, name)
        if value.endswith("/"):
            yield warning(
                ("token", name),
                "ends with a slash; the comparison is exact and most issuers send none",
                f'write "{value.rstrip("/")}"',
                f"token:{name}",
            )
        if is_remote_http(value):
            yield error(
                ("token", name),
                "names a host over plain http",
                "use https:// for every host but localhost",
                "transport:https",
            )
    if contract.token.issuer == contract.token.audience:
        yield warning(
            ("token", "audience"),
            "equals the issuer, so the API cannot tell its tokens from the issuer's own",
            "name the API here, for example by its own address",
            "token:audience",
        )


def _lifetimes(contract: Contract) -> Iterator[Judgement]:
    token, session = contract.token, contract.session
    if token.lifetime > session.lifetime:
        yield error(
            ("token", "lifetime"),
            "the token outlives the session it was issued from",
            "make token.lifetime shorter than session.lifetime",
            "session:lifetime",
        )
    if token.leeway >= token.lifetime:
        yield error(
            ("token", "leeway"),
            "the leeway is as long as the token lives",
            'write a leeway of a few seconds, such as "10s"',
            "token:expiry",
        )
    if contract.revocation.mode == "none" and token.lifetime > _LONG_UNREVOKED:
        yield warning(
            ("token", "lifetime"),
            "a token stays good for this long after sign-out, because revocation is none",
            'write "15m", or [revocation] mode = "backchannel"',
            "session:token-after-sign-out",
        )


def _environment_names(contract: Contract) -> Iterator[Judgement]:
    keys = contract.keys
    secret = {"secret_env": keys.secret_env, "verification_keys_env": keys.verification_keys_env}
    for field, name in secret.items():
        if name in _BETTER_AUTH:
            yield error(
                ("keys", field),
                f"{name} is Better Auth's own: a token signed with it can take accounts over",
                'give the API a secret of its own, such as "API_JWT_SECRET"',
                "key:dedicated",
            )
        if name.startswith("NEXT_PUBLIC_"):
            yield error(
                ("keys", field),
                "NEXT_PUBLIC_ variables are compiled into the browser bundle",
                "choose a name without that prefix",
                "environment:not-public",
            )
    seen: dict[str, str] = {}
    for field, name in keys.model_dump().items():
        if not field.endswith("_env"):
            continue
        if name in seen:
            yield error(
                ("keys", field),
                f"{name} is already the name for {seen[name]}",
                "give every value a variable of its own",
                "environment:complete",
            )
        seen[name] = field


def _frontend(contract: Contract) -> Iterator[Judgement]:
    if not contract.frontend.origins:
        yield warning(
            ("frontend", "origins"),
            "is empty, so no browser application can call the API",
            'list the exact origins, such as "https://app.example.com"',
            "browser:cors",
        )
    for index, origin in enumerate(contract.frontend.origins):
        if is_remote_http(origin):
            yield error(
                ("frontend", "origins", index),
                f"{origin} is plain http",
                "use https:// for every host but localhost",
                "transport:https",
            )
    if contract.session.storage == "storage":
        yield warning(
            ("session", "storage"),
            "web storage can be read by any script of the page, and outlives it",
            'write storage = "memory", or accept the caveat in [decisions.storage]',
            "browser:storage",
        )


def _revocation(contract: Contract) -> Iterator[Judgement]:
    revocation = contract.revocation
    if revocation.mode == "none" and revocation.store == "redis":
        yield warning(
            ("revocation", "store"),
            "is not used, because revocation is none",
            'write mode = "backchannel", or drop the line',
            "session:token-after-sign-out",
        )
    if revocation.when_unavailable == "accept":
        yield warning(
            ("revocation", "when_unavailable"),
            "a token of an ended session is accepted while the store is away",
            'write when_unavailable = "refuse"',
            "session:token-after-sign-out",
        )
    if revocation.mode == "backchannel":
        for index, endpoint in enumerate(contract.endpoints):
            if endpoint.method == "POST" and endpoint.path == revocation.path:
                yield error(
                    ("endpoints", index, "path"),
                    "is the address for logout tokens, see [revocation] path",
                    "choose another path for one of the two",
                    "session:token-after-sign-out",
                )


TOKEN_RULES: Final[tuple[Rule, ...]] = (
    _one_family,
    _issuer_and_audience,
    _lifetimes,
    _environment_names,
    _frontend,
    _revocation,
)
