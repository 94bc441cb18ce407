"""The claims: required ones are there, all have their shape, all say what the contract says.

The list of claims is the table `authpact.contract.CLAIMS`; a claim that is not in it, is not the
roles claim nor, where the contract has organizations, the tenant claim is the application's
and passes unread.

Requirements: token:required-claims, token:subject, token:issuer, token:audience, token:client,
token:numeric-dates, token:not-before, token:lifetime, token:expiry, tenant:claim.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

from authpact.contract import CLAIMS, REGISTERED, Contract
from authpact.errors import TokenExpired, TokenInvalid
from authpact.verify._principal import Principal, freeze

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_LARGEST: Final = 2**53
"""Beyond this a JSON number is not one number to every reader (RFC 8259 6)."""

Claims = dict[str, object]


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or not value:
        return False
    return (value.isascii() and value.isprintable()) or not _CONTROL.search(value)


def _is_seconds(value: object) -> bool:
    return type(value) in (int, float) and -_LARGEST < cast("float", value) < _LARGEST


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_audience(value: object) -> bool:
    return _is_text(value) or (_is_texts(value) and bool(value))


def _is_actor(value: object) -> bool:
    return isinstance(value, dict) and _is_text(value.get("sub"))


_SHAPES: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {
        "text": _is_text,
        "seconds": _is_seconds,
        "audience": _is_audience,
        "texts": _is_texts,
        "object": _is_actor,
    }
)
_REQUIRED: Final = frozenset(claim.name for claim in CLAIMS if claim.required)
_SHAPED: Final = tuple((claim.name, _SHAPES[claim.shape]) for claim in CLAIMS)


_NAMES: Final = {name: name for name in REGISTERED}
"""A remembered token holds these very texts and not a copy of its own of each name."""

_KNOWN_ROLES: Final = 64


@dataclass(frozen=True, slots=True)
class _Grant:
    roles: frozenset[str]
    permissions: frozenset[str]


class ClaimRules:
    """What this API demands of claims; `issuer` and `audience` are those of the deployment."""

    def __init__(self, contract: Contract, issuer: str, audience: str) -> None:
        self.contract = contract
        self.issuer = issuer
        self.audience = audience
        self._tenant_claim = contract.tenant_claim
        self._shared = {text: text for text in (issuer, audience, contract.token.client)}
        self._grants: dict[tuple[str, ...], _Grant] = {}

    def check(self, claims: Claims, now: float) -> None:
        """Check everything except the end of the token. Raises TokenInvalid."""
        if not claims.keys() >= _REQUIRED:
            raise TokenInvalid("a required claim is missing")
        check_shapes(claims)
        if not _is_texts(claims.get(self.contract.token.roles_claim, [])):
            raise TokenInvalid("the roles are not a list of texts")
        tenant = self._tenant_claim
        if tenant is not None and tenant in claims and not _is_text(claims[tenant]):
            raise TokenInvalid("the organization is no text")
        self.check_parties(claims)
        if claims["client_id"] != self.contract.token.client:
            raise TokenInvalid("the token was issued to another client")
        self._check_times(claims, now)

    def check_parties(self, claims: Claims) -> None:
        """Check who issued the token and for whom, by exact comparison. Raises TokenInvalid."""
        if claims["iss"] != self.issuer:
            raise TokenInvalid("the issuer is not the contract's")
        audience = claims["aud"]
        if audience != self.audience and not (
            isinstance(audience, list) and self.audience in audience
        ):
            raise TokenInvalid("the audience is not this API")

    def _check_times(self, claims: Claims, now: float) -> None:
        token = self.contract.token
        issued, expires = seconds(claims, "iat"), seconds(claims, "exp")
        if max(issued, seconds(claims, "nbf", issued)) > now + token.leeway:
            raise TokenInvalid("the token is not valid yet")
        if expires <= issued:
            raise TokenInvalid("the token ends before it begins")
        if expires - issued > token.lifetime + token.leeway:
            raise TokenInvalid("the token lives longer than the contract allows")

    def check_expiry(self, expires_at: float, now: float) -> None:
        """Raise TokenExpired from `exp` on, leeway granted (RFC 7519 4.1.4)."""
        if now >= expires_at + self.contract.token.leeway:
            raise TokenExpired("the token has expired")

    def principal(self, claims: Claims) -> Principal:
        """Make the principal out of claims that were checked."""
        grant = self._grant(
            tuple(cast("list[str]", claims.get(self.contract.token.roles_claim, ())))
        )
        actor = cast("dict[str, str] | None", claims.get("act"))
        return Principal(
            subject=text(claims, "sub"),
            session_id=text(claims, "sid"),
            token_id=text(claims, "jti"),
            client_id=self.contract.token.client,
            roles=grant.roles,
            permissions=grant.permissions,
            issued_at=seconds(claims, "iat"),
            expires_at=seconds(claims, "exp"),
            actor=None if actor is None else actor["sub"],
            claims=self._kept(claims),
            tenant=self._tenant(claims),
        )

    def _tenant(self, claims: Claims) -> str | None:
        claim = self._tenant_claim
        return cast("str | None", claims.get(claim)) if claim is not None else None

    def _kept(self, claims: Claims) -> Mapping[str, object]:
        """Return the claims read-only; what every token has in common is kept once."""
        shared = self._shared
        return MappingProxyType(
            {
                _NAMES.get(name, name): shared.get(value, value)
                if isinstance(value, str)
                else freeze(value)
                for name, value in claims.items()
            }
        )

    def _grant(self, names: tuple[str, ...]) -> _Grant:
        """Return the roles and what they permit: few combinations serve all users."""
        grant = self._grants.get(names)
        if grant is None:
            roles = frozenset(names)
            grant = _Grant(roles, self.contract.permissions_of(roles))
            if len(self._grants) >= _KNOWN_ROLES:
                self._grants.clear()
            self._grants[names] = grant
        return grant


def check_shapes(claims: Claims) -> None:
    """Check the shape of every registered claim that is there. Raises TokenInvalid."""
    for name, has_shape in _SHAPED:
        if name in claims and not has_shape(claims[name]):
            raise TokenInvalid(f"the claim {name} has the wrong shape")


def text(claims: Claims, name: str) -> str:
    """Return a text claim whose shape was checked."""
    return cast("str", claims[name])


def seconds(claims: Claims, name: str, default: float = 0) -> float:
    """Return a time claim whose shape was checked, in epoch seconds."""
    return cast("float", claims.get(name, default))
