"""What a principal may do: roles, permissions, ownership. Pure; the adapter gives statuses.

Requirements: access:role, access:permission, ownership:foreign-path, ownership:foreign-resource,
ownership:no-oracle.
"""

from collections.abc import Callable
from typing import TypeVar

from authpact.errors import ForeignObject, NotOwner, ObjectAbsent, PermissionMissing, RoleMissing
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
