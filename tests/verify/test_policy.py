from dataclasses import dataclass

import pytest

from authpact import Verifier
from authpact.errors import (
    ForeignObject,
    NotOwner,
    ObjectAbsent,
    PermissionMissing,
    RoleMissing,
)
from authpact.testing import LocalIssuer
from authpact.verify import require_owner, require_permission, require_role, require_subject


@dataclass
class Task:
    owner: str | None


def owner_of(task: Task) -> str | None:
    return task.owner


def test_a_role_must_be_in_the_token(issuer: LocalIssuer, verifier: Verifier) -> None:
    clerk = verifier.verify(issuer.token(roles=["clerk"]))
    require_role(clerk, "clerk")
    for role in ("admin", "Clerk", "cler", ""):
        with pytest.raises(RoleMissing):
            require_role(clerk, role)


def test_a_permission_comes_from_the_contract_and_not_from_the_token(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    require_permission(verifier.verify(issuer.token(roles=["admin"])), "tasks:read")
    for token in (issuer.token(roles=["clerk"]), issuer.token(permissions=["tasks:read"])):
        with pytest.raises(PermissionMissing):
            require_permission(verifier.verify(token), "tasks:read")


@pytest.mark.parametrize("other", ["u2", "U1", "u1 ", " u1", "", "u", "\uff551", "u1\n"])
def test_a_subject_is_compared_exactly(other: str, issuer: LocalIssuer, verifier: Verifier) -> None:
    principal = verifier.verify(issuer.token("u1"))
    require_subject(principal, "u1")
    with pytest.raises(NotOwner):
        require_subject(principal, other)


def test_an_own_row_is_given_back(issuer: LocalIssuer, verifier: Verifier) -> None:
    task = Task("u1")
    assert require_owner(verifier.verify(issuer.token("u1")), task, owner_of) is task


def test_a_foreign_row_and_no_row_are_told_apart_only_for_the_log(
    issuer: LocalIssuer, verifier: Verifier
) -> None:
    principal = verifier.verify(issuer.token("u1"))
    with pytest.raises(ForeignObject):
        require_owner(principal, Task("u2"), owner_of)
    with pytest.raises(ForeignObject):
        require_owner(principal, Task(None), owner_of)
    with pytest.raises(ObjectAbsent):
        require_owner(principal, None, owner_of)
