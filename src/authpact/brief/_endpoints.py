"""The operations: those the brief lists, or those its resources need."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from authpact.brief._facts import Mentions
from authpact.brief._paths import owner_parameter
from authpact.brief._reading import Reading
from authpact.contract import PARAMETER, Endpoint, default_contract

_OWN_PATH: Final = re.compile(
    r"\bno user[ _-]?ids? in (?:the )?(?:path|url|route)|\buser(?:[ _-]?id)? (?:comes |is taken |taken )?(?:only )?from (?:the )?(?:token|jwt|sub)\b|\bwithout (?:the )?user[ _-]?id in|"
    r"\bnot (?:in|through) the (?:path|url)\b",
    re.IGNORECASE,
)
_HEALTH: Final = re.compile(r"/(?:health\w*|status|version|ping|ready|live|metrics)$")
_EXAMPLE: Final = {"title": "Example"}
_TASK: Final = {"title": "Buy milk", "description": "Two litres"}
_VERBS: Final = {
    "GET": "Read",
    "POST": "Create",
    "PUT": "Replace",
    "PATCH": "Change",
    "DELETE": "Delete",
}


def endpoints(
    reading: Reading, said: Mentions, resources: Sequence[str], roles: Sequence[str]
) -> tuple[Endpoint, ...]:
    """Return every operation with its access level; the todo operations where nothing is named."""
    return _distinct(_operations(reading, said, resources, roles))


def _distinct(found: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """Drop what names the same operation twice, whatever its parameters are called."""
    first: dict[tuple[str, str], Endpoint] = {}
    for one in found:
        first.setdefault((one.method, PARAMETER.sub("{}", one.path)), one)
    return tuple(first.values())


def _operations(
    reading: Reading, said: Mentions, resources: Sequence[str], roles: Sequence[str]
) -> tuple[Endpoint, ...]:
    routes = [m.value for m in said.wanted("route") if isinstance(m.value, tuple)]
    if routes:
        return tuple(_listed(route, resources, roles) for route in routes)
    if not resources:
        return default_contract().endpoints
    in_path = _OWN_PATH.search(reading.text) is None
    owned = [e for name in resources for e in _crud(name, in_path=in_path)]
    return (*owned, *_powers(said, roles))


def _listed(route: tuple[str, ...], resources: Sequence[str], roles: Sequence[str]) -> Endpoint:
    method, path, stated, words = route
    access = _access(method, path, stated, _role_in(words, roles), resources, roles)
    parameter = owner_parameter(path)
    owner_from = None
    if access == "owner":
        owner_from = f"path:{parameter}" if parameter else "resource"
    return _endpoint(method, path, access, owner_from)


def _access(
    method: str,
    path: str,
    stated: str,
    role: str | None,
    resources: Sequence[str],
    roles: Sequence[str],
) -> str:
    if stated.startswith("permission:") or stated in {"public", "owner"}:
        return stated
    if role is not None:
        return f"role:{role}"
    if owner_parameter(path):
        return "owner"
    return stated or _unstated(method, path, resources, roles)


def _unstated(method: str, path: str, resources: Sequence[str], roles: Sequence[str]) -> str:
    if method == "GET" and _HEALTH.search(path):
        return "public"
    segments = path.split("/")
    if "admin" in segments and "admin" in roles:
        return "role:admin"
    return "owner" if any(name in segments for name in resources) else "authenticated"


def _role_in(words: str, roles: Sequence[str]) -> str | None:
    return next(
        (r for r in roles if re.search(rf"\b{re.escape(r)}s?\b", words, re.IGNORECASE)), None
    )


def _crud(name: str, *, in_path: bool) -> Iterator[Endpoint]:
    if name == "tasks" and in_path:
        yield from default_contract().endpoints
        return
    base = f"/api/{{user_id}}/{name}" if in_path else f"/api/{name}"
    whose = "path:user_id" if in_path else "resource"
    for method, path in (
        ("GET", base), ("POST", base), ("GET", f"{base}/{{id}}"), ("PUT", f"{base}/{{id}}"), ("DELETE", f"{base}/{{id}}"),
    ):  # fmt: skip
        yield _endpoint(method, path, "owner", whose)


def _powers(said: Mentions, roles: Sequence[str]) -> Iterator[Endpoint]:
    """Yield what a role may do with everybody's objects, below a path of its own."""
    seen: set[tuple[str, str]] = set()
    for field, found in said.below("powers.").items():
        role = field.removeprefix("powers.")
        for method, name in (str(m.value).split(" ") for m in found):
            path = f"/{role}/{name}" if method == "GET" else f"/{role}/{name}/{{id}}"
            if role in roles and (method, path) not in seen:
                seen.add((method, path))
                yield _endpoint(method, path, f"role:{role}", None)


def _endpoint(method: str, path: str, access: str, owner_from: str | None) -> Endpoint:
    return Endpoint.model_validate(
        {
            "method": method,
            "path": path,
            "access": access,
            "owner_from": owner_from,
            "summary": _summary(method, path),
            "example": _example(method, path),
        }
    )


def _summary(method: str, path: str) -> str:
    words = [s for s in path.split("/") if s and "{" not in s]
    name = words[-1].replace("-", " ").replace("_", " ") if words else "root"
    if path.endswith("}"):
        return f"{_VERBS[method]} one of the {name}"
    return f"List {name}" if method == "GET" else f"{_VERBS[method]} {name}"


def _example(method: str, path: str) -> dict[str, str] | None:
    if method not in {"POST", "PUT", "PATCH"}:
        return None
    literal_after_id = re.search(r"\}/[^{}]+$", path) and method != "POST"
    if literal_after_id or re.search(r"\{(?!user|owner)\w*id\}/[^{}]+$", path):
        return None
    return dict(_TASK if "/tasks" in path else _EXAMPLE)
