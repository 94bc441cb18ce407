"""Paths of any notation, written as FastAPI writes them; and whose they are."""

import re
from typing import Final

_CONVERTERS: Final = (
    (re.compile(r"\{([A-Za-z_]\w*)(?::[^}]*)?\}"), r"{\1}"),
    (re.compile(r"<(?:[a-z]+:)?([A-Za-z_][\w-]*)>"), r"{\1}"),
    (re.compile(r"\[(?:\.\.\.)?([A-Za-z_]\w*)\]"), r"{\1}"),
    (re.compile(r"(?<=/):([A-Za-z_]\w*)"), r"{\1}"),
)
_OWNER: Final = re.compile(
    r"(?:user|owner|account|customer|member)_?(?:id|uuid)?|uid|(?:u|U)serId|sub", re.IGNORECASE
)
_PEOPLE: Final = re.compile(
    r"/(?:users?|accounts?|customers?|members?|people)/\{(\w+)\}(?=/)", re.IGNORECASE
)
_LOGIN: Final = re.compile(
    r"/(?:login|log-in|signin|sign-in|register|registration|signup|sign-up|token|tokens|auth/\w+|oauth/\w+|refresh|forgot-password|reset-password)/?$",
    re.IGNORECASE,
)


def fastapi_path(text: str) -> str | None:
    """Return the path without host, query and final slash; None where it is not one."""
    path = re.sub(r"^https?://[^/]+|^localhost:\d+", "", text.strip("`\"'*_.,;()"))
    path = re.split(r"[?#]", path, maxsplit=1)[0].rstrip("/.,;:*`") or "/"
    for pattern, replacement in _CONVERTERS:
        path = pattern.sub(replacement, path)
    path = re.sub(r"\{([\w-]+)\}", lambda m: "{" + m[1].replace("-", "_") + "}", path)
    return path if re.fullmatch(r"/(?:[\w.~{}-]+(?:/[\w.~{}-]+)*)?", path) else None


def owner_parameter(path: str) -> str | None:
    """Return the parameter that holds the user id: `{user_id}`, or the one below `/users`."""
    for name in re.findall(r"\{(\w+)\}", path):
        if _OWNER.fullmatch(name):
            return str(name)
    people = _PEOPLE.search(path)
    return people[1] if people else None


def is_login(path: str) -> bool:
    """Tell whether a path would be a sign-in or a token issuer of the API's own."""
    return _LOGIN.search(path) is not None


def is_issuer(path: str) -> bool:
    """Tell whether Better Auth serves this path."""
    return path.startswith("/api/auth/") or path == "/api/auth"
