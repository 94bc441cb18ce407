"""Every refusal of the API: the one table behind both documents (RFC 6750 section 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.contract import Contract

_ASK_AGAIN: Final = "shows the sign-in page; does not ask for another token"
_INVALID: Final = 'Bearer error="invalid_token"'
_SCOPE: Final = 'Bearer error="insufficient_scope"'
NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Refusal:
    """One failure: what the request was, what the API answers, what the frontend does."""

    case: str
    status: int
    code: str
    challenge: str
    """The `WWW-Authenticate` value, or another header that belongs to the answer."""
    frontend: str
    requirement: str


def refusals(contract: Contract) -> tuple[Refusal, ...]:
    """Return the refusals this contract can produce, in the order they are decided."""
    return (
        *_unauthenticated(contract),
        *_stateful(contract),
        *_forbidden(contract),
        *_ownership(contract),
        *_tenancy(contract),
    )


def _unauthenticated(contract: Contract) -> Iterator[Refusal]:
    yield Refusal(
        "No `Authorization` header, or another scheme than Bearer",
        401,
        "token_missing",
        "Bearer",
        "asks Better Auth for a token; without a session shows the sign-in page",
        "error:missing-token",
    )
    yield Refusal(
        "More than one `Authorization` header",
        400,
        "token_malformed",
        'Bearer error="invalid_request"',
        "does not happen with the generated client",
        "transport:one-credential",
    )
    yield Refusal(
        "Not one compact JWS: size, alphabet, parts, JSON",
        401,
        "token_malformed",
        _INVALID,
        _ASK_AGAIN,
        "token:shape",
    )
    yield from _unverified(silent=contract.session.reissue == "silent")


def _unverified(*, silent: bool) -> Iterator[Refusal]:
    yield Refusal(
        "Signature, `alg`, `typ`, `kid` or a claim does not hold",
        401,
        "token_invalid",
        _INVALID,
        _ASK_AGAIN,
        "error:unauthenticated",
    )
    yield Refusal(
        "`exp` is past by more than the leeway",
        401,
        "token_expired",
        _INVALID,
        "asks for a new token once and repeats the request" if silent else "shows the sign-in page",
        "error:expired-code",
    )


def _stateful(contract: Contract) -> Iterator[Refusal]:
    """Yield what depends on more than the token, the key and the clock."""
    if contract.revocation.mode == "backchannel":
        yield Refusal(
            "The session behind the token was ended",
            401,
            "token_revoked",
            _INVALID,
            "shows the sign-in page",
            "session:token-after-sign-out",
        )
    if needs_remote_state(contract):
        yield Refusal(
            f"{_remote_state(contract)} cannot be reached",
            503,
            "keys_unavailable",
            "`Retry-After` in seconds; no challenge",
            "says that the service is not available and offers to try again",
            "keyset:unavailable",
        )


def _forbidden(contract: Contract) -> Iterator[Refusal]:
    kinds = {endpoint.grant.kind for endpoint in contract.endpoints}
    for kind, sentence in (
        ("role", "Valid token, role missing"),
        ("permission", "Valid token, permission missing"),
    ):
        if kind in kinds:
            yield Refusal(
                sentence,
                403,
                f"{kind}_missing",
                _SCOPE,
                "says that this account may not do it; keeps the session",
                f"access:{kind}",
            )


def _ownership(contract: Contract) -> Iterator[Refusal]:
    owned = [endpoint for endpoint in contract.endpoints if endpoint.grant.kind == "owner"]
    for applies, case, status, requirement in (
        (
            any(endpoint.owner_parameter for endpoint in owned),
            "Valid token, path of another user",
            contract.ownership.foreign_path,
            "ownership:foreign-path",
        ),
        (
            any(endpoint.resource_parameter for endpoint in owned),
            "Valid token, object of another user",
            contract.ownership.foreign_resource,
            "ownership:foreign-resource",
        ),
    ):
        if applies:
            hidden = status == NOT_FOUND
            yield Refusal(
                case,
                status,
                "not_found" if hidden else "not_owner",
                "no challenge",
                "says that it does not exist" if hidden else "says that it is not this user's",
                requirement,
            )


def _tenancy(contract: Contract) -> Iterator[Refusal]:
    places = [endpoint for endpoint in contract.endpoints if endpoint.tenant_from]
    path, row = contract.ownership.foreign_path, contract.ownership.foreign_resource
    hides, keeps = "says that it does not exist", "says that it is not this organization's"
    if places:
        yield Refusal(
            "Valid token, no organization in it",
            403,
            "tenant_missing",
            "no challenge",
            "offers to choose an organization, then asks for a new token",
            "tenant:required",
        )
    if any(endpoint.tenant_parameter for endpoint in places):
        yield Refusal(
            "Valid token, path of another organization",
            path,
            "not_found" if path == NOT_FOUND else "not_member",
            "no challenge",
            hides if path == NOT_FOUND else keeps,
            "tenant:foreign-path",
        )
    if any(endpoint.resource_parameter for endpoint in places):
        yield Refusal(
            "Valid token, object of another organization",
            row,
            "not_found" if row == NOT_FOUND else "not_owner",
            "no challenge",
            hides if row == NOT_FOUND else keeps,
            "tenant:foreign-resource",
        )


def needs_remote_state(contract: Contract) -> bool:
    """Tell whether verification depends on something that may be out of reach."""
    return contract.token.mode == "jwks" or _refuses_without_store(contract)


def _refuses_without_store(contract: Contract) -> bool:
    revocation = contract.revocation
    remote = revocation.mode == "backchannel" and revocation.store == "redis"
    return remote and revocation.when_unavailable == "refuse"


def _remote_state(contract: Contract) -> str:
    parts = ["the key set"] if contract.token.mode == "jwks" else []
    if _refuses_without_store(contract):
        parts.append("the revocation store")
    return " or ".join(parts).capitalize()
