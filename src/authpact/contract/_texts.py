"""The kinds of text a contract holds: names, paths, origins, access levels."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
ClaimName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_:/.-]{0,127}$")]
PermissionName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*)?$")
]
Path = Annotated[str, StringConstraints(pattern=r"^/[^\s?#]*$", max_length=300)]
PARAMETER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::[a-z]+)?\}")
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
_ACCESS: Final = re.compile(
    r"public|authenticated|owner|role:[a-z][a-z0-9_-]*|permission:[a-z][a-z0-9_:-]*"
)


def _is_origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError("write an origin as scheme://host[:port], without path or final slash")
    return value


def _is_access(value: str) -> str:
    if not _ACCESS.fullmatch(value):
        raise ValueError("write public, authenticated, owner, role:NAME or permission:NAME")
    return value


WebOrigin = Annotated[str, AfterValidator(_is_origin)]
AccessLevel = Annotated[str, AfterValidator(_is_access)]
From = Annotated[str, StringConstraints(pattern=r"^(resource|path:[A-Za-z_]\w*)$")]


def named_parameter(origin: str | None) -> str | None:
    """Return NAME of `path:NAME`."""
    kind, _, name = (origin or "").partition(":")
    return name if kind == "path" else None
