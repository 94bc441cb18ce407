"""The roles with their permissions."""

import re
from collections.abc import Sequence
from typing import Final

from authpact.brief._facts import Mentions, distinct
from authpact.contract import Endpoint, Role

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")


def role_names(said: Mentions) -> tuple[str, ...]:
    """Return the roles a text names, in its order."""
    named = [str(m.value) for m in distinct(said.wanted("roles"))]
    granted = [name.split(".")[1] for name in said.below("roles.") if name.endswith(".permissions")]
    return tuple(name for name in dict.fromkeys((*named, *granted)) if _NAME.fullmatch(name))


def roles(said: Mentions, names: Sequence[str], operations: Sequence[Endpoint]) -> dict[str, Role]:
    """Return the roles; a permission that an operation needs and nobody grants goes to admin."""
    granted = {
        name: tuple(str(m.value) for m in distinct(said.wanted(f"roles.{name}.permissions")))
        for name in names
    }
    needed = dict.fromkeys(e.grant.name for e in operations if e.grant.kind == "permission")
    known = {p for permissions in granted.values() for p in permissions}
    orphans = tuple(p for p in needed if p not in known)
    if orphans:
        granted["admin"] = (*granted.get("admin", ()), *orphans)
    for operation in operations:
        if operation.grant.kind == "role":
            granted.setdefault(operation.grant.name, ())
    return {name: Role(permissions=permissions) for name, permissions in granted.items()}
