"""Who the caller is: what remains of a token once it is verified."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller. Immutable; the token itself is not kept.

    `subject` is the Better Auth user id and the owner of the caller's objects. `roles` are those
    of the token, `permissions` what the contract grants to them. Times are epoch seconds.
    """

    subject: str
    session_id: str
    token_id: str
    client_id: str
    roles: frozenset[str]
    permissions: frozenset[str]
    issued_at: float
    expires_at: float
    actor: str | None = None
    """The administrator who impersonates the subject (RFC 8693 4.1); None almost always."""
    claims: Mapping[str, object] = field(
        default_factory=lambda: MappingProxyType({}), repr=False, compare=False
    )
    """Every claim of the token, read-only down to the leaves."""
    tenant: str | None = None
    """The organization the token speaks for; None without one, and where the contract has none."""


def freeze(value: object) -> object:
    """Make a JSON value read-only: a cached principal is shared between requests."""
    if isinstance(value, dict):
        return MappingProxyType({name: freeze(child) for name, child in value.items()})
    if isinstance(value, list):
        return tuple(freeze(child) for child in value)
    return value
