"""What a principal may do: roles, permissions, ownership. Pure; the adapter gives statuses.

Requirements: access:role, access:permission, ownership:foreign-path, ownership:foreign-resource,
ownership:no-oracle, tenant:required, tenant:foreign-path, tenant:foreign-resource.
"""

from collections.abc import Callable
from typing import TypeVar

from authpact.errors import (
    ForeignObject,
    NotMember,
    NotOwner,
    ObjectAbsent,
    PermissionMissing,
    RoleMissing,
    TenantMissing,
)
from authpact.verify._principal import Principal

Row = TypeVar("Row")


def require_role(principal: Principal, role: str) -> None:
    """Raise RoleMissing unless the principal has the role."""
    if role not in principal.roles:
        raise RoleMissing(f"the role {role} is missing")


def require_permission(principal: Principal, permission: str) -> None:
    """Raise PermissionMissing unless one of the principal's roles grants the permission."""
    if permission not in principal.permissions:
        raise PermissionMissing(f"the permission {permission} is missing")


def require_subject(principal: Principal, subject: str) -> None:
    """Raise NotOwner unless the text, compared exactly, is the principal's subject."""
    if subject != principal.subject:
        raise NotOwner("the path names another user")


def require_owner(
    principal: Principal, row: Row | None, owner_of: Callable[[Row], str | None]
) -> Row:
    """Return the row if it is there and the principal owns it.

    Raises ObjectAbsent for None and ForeignObject for the row of another subject; where the
    contract answers 404 to both, the two responses are the same.
    """
    if row is None:
        raise ObjectAbsent("there is no such object")
    if owner_of(row) != principal.subject:
        raise ForeignObject("the object belongs to another user")
    return row


def require_tenancy(principal: Principal) -> str:
    """Return the organization the token speaks for. Raises TenantMissing without one."""
    if principal.tenant is None:
        raise TenantMissing("the token names no organization")
    return principal.tenant


def require_membership(principal: Principal, tenant: str) -> None:
    """Raise NotMember unless the text, compared exactly, is the organization of the token.

    Raises TenantMissing for a token without one.
    """
    if tenant != require_tenancy(principal):
        raise NotMember("the path names another organization")


def require_tenant(
    principal: Principal, row: Row | None, tenant_of: Callable[[Row], str | None]
) -> Row:
    """Return the row if it is there and belongs to the organization of the token.

    Raises TenantMissing for a token without one: a row without an organization is nobody's.
    Raises ObjectAbsent and ForeignObject as `require_owner` does.
    """
    tenant = require_tenancy(principal)
    if row is None:
        raise ObjectAbsent("there is no such object")
    if tenant_of(row) != tenant:
        raise ForeignObject("the object belongs to another organization")
    return row
