"""The FastAPI wiring: `security.py`, and an application that runs with an example of every rule."""

import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from authpact.compile._plan import OutputFile
from authpact.compile._templates import environment
from authpact.contract import PARAMETER, Contract, Endpoint

_STARTER: Final = "backend/app/main.py"
"""Where an application exists already, only `security.py` is written."""
_FILES: Final = ("__init__", "main", "routes", "security")
_CONVERTED: Final = {"int": "int", "float": "float", "uuid": "UUID"}
_JSON_TYPES: Final = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    type(None): "str | None",
}
_STATUSES: Final = {"create": 201, "delete": 204, "clear": 204}
_ONE: Final = frozenset({"read", "update", "delete"})
_SEVERAL: Final = frozenset({"list", "clear", "keep"})
_BODIED: Final = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True)
class Alias:
    """A type that demands one role or permission: `AdminRole`."""

    name: str
    dependency: str


@dataclass(frozen=True, slots=True)
class Body:
    """The shape of a request body, taken from the example in the contract."""

    name: str
    fields: tuple[tuple[str, str], ...]

    @property
    def plain(self) -> bool:
        """Tell whether every name can stand in a class body."""
        return all(name.isidentifier() and not keyword.iskeyword(name) for name, _ in self.fields)


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint as the template sees it."""

    function: str
    method: str
    path: str
    status: int
    summary: str
    kind: str
    """public, principal (who has no rows here) or what is done with rows: list, create…"""
    principal: str
    """The type of the principal argument."""
    collection: str
    parameter: str | None
    parameter_type: str
    others: tuple[tuple[str, str], ...]
    """The remaining path parameters with their types: documented, never used as an owner."""
    body: str | None
    identity: str
    """How a new object of the collection gets its id: number or uuid."""
    mark: str | None
    """What an action such as `/complete` turns over on the object."""
    owned: bool
    """Whether it is about rows of the caller alone."""
    tenanted: bool
    """Whether it is about rows of the caller's organization."""


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return the application package of the API."""
    bodies = _bodies(contract.endpoints)
    operations = _operations(contract, bodies)
    values = {
        "contract": contract,
        "aliases": _aliases(contract.endpoints),
        "bodies": tuple(dict.fromkeys(bodies.values())),
        "operations": operations,
        "needs": _needs(operations),
        "principals": sorted({o.principal for o in operations if o.principal}),
        "identities": {o.identity for o in operations if o.kind in {"create", "keep"}},
        "uuids": any("UUID" in (o.parameter_type, *dict(o.others).values()) for o in operations),
    }
    return tuple(
        OutputFile(
            f"backend/app/{name}.py",
            environment().get_template(f"fastapi/{name}.py.jinja").render(values),
            "#",
            None if name == "security" else _STARTER,
        )
        for name in _FILES
    )


def _needs(operations: Iterable[Operation]) -> dict[str, bool]:
    """Return which parts of the example are used at all."""
    operations = tuple(operations)
    kinds = {operation.kind for operation in operations}
    owned = {operation.kind for operation in operations if operation.owned}
    tenanted = {operation.kind for operation in operations if operation.tenanted}
    return {
        "store": bool(kinds - {"public", "principal"}),
        "one": bool(owned & _ONE),
        "own": bool(owned & _SEVERAL),
        "tenants": bool(tenanted),
        "shared_one": bool(tenanted & _ONE),
        "shared": bool(tenanted & _SEVERAL),
        "path": any(operation.parameter or operation.others for operation in operations),
    }


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^A-Za-z0-9]+", text) if word]


def _camel(text: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in _words(text))


def _alias_name(endpoint: Endpoint) -> str:
    """Return the type that enforces the endpoint's rule."""
    grant = endpoint.grant
    if grant.kind in {"role", "permission"}:
        return f"{_camel(grant.name)}{grant.kind.capitalize()}"
    return {"public": "", "authenticated": "CurrentPrincipal", "owner": "Owner"}[grant.kind]


def _aliases(endpoints: Iterable[Endpoint]) -> tuple[Alias, ...]:
    found = {
        Alias(_alias_name(e), f'Require{e.grant.kind.capitalize()}("{e.grant.name}")')
        for e in endpoints
        if e.grant.kind in {"role", "permission"}
    }
    return tuple(sorted(found, key=lambda alias: alias.name))


def _bodies(endpoints: Iterable[Endpoint]) -> dict[str, Body]:
    """Return the body of every endpoint that has an example; equal shapes are one body."""
    by_fields: dict[tuple[tuple[str, str], ...], Body] = {}
    found: dict[str, Body] = {}
    for endpoint in endpoints:
        if not endpoint.example or not _has_rows(endpoint) or endpoint.method not in _BODIED:
            continue
        fields = tuple(sorted((n, _JSON_TYPES[type(v)]) for n, v in endpoint.example.items()))
        if fields not in by_fields:
            static = PARAMETER.sub("", endpoint.collection)
            taken = {body.name for body in by_fields.values()}
            by_fields[fields] = Body(_free(f"{_camel(static)}Body", taken), fields)
        found[str(endpoint)] = by_fields[fields]
    return found


def _free(name: str, taken: set[str]) -> str:
    number = 2
    candidate = name
    while candidate in taken:
        candidate, number = f"{name}{number}", number + 1
    return candidate


def _operations(contract: Contract, bodies: dict[str, Body]) -> tuple[Operation, ...]:
    """Return the operations, fixed paths before the patterns that would match them too."""
    uuids = {
        e.collection for e in contract.endpoints if _type_of(e, e.resource_parameter) == "UUID"
    }
    names: set[str] = set()
    operations = []
    for endpoint in sorted(contract.endpoints, key=_patterns):
        function = _free("_".join([endpoint.method, *_words(endpoint.path)]).lower(), names)
        names.add(function)
        identity = "uuid" if endpoint.collection in uuids else "number"
        operations.append(_operation(endpoint, function, bodies.get(str(endpoint)), identity))
    return tuple(operations)


def _patterns(endpoint: Endpoint) -> tuple[bool, ...]:
    return tuple(bool(PARAMETER.fullmatch(part)) for part in endpoint.path.split("/"))


def _operation(endpoint: Endpoint, function: str, body: Body | None, identity: str) -> Operation:
    kind = _kind(endpoint)
    has_rows = _has_rows(endpoint)
    return Operation(
        function=function,
        method=endpoint.method.lower(),
        path=endpoint.path,
        status=_STATUSES.get(kind, 200),
        summary=re.sub(r'["\\]', "'", endpoint.summary or str(endpoint)),
        kind=kind,
        principal=_alias_name(endpoint),
        collection=endpoint.collection,
        parameter=endpoint.resource_parameter if has_rows else None,
        parameter_type=_type_of(endpoint, endpoint.resource_parameter),
        others=tuple(
            (name, _type_of(endpoint, name))
            for name in PARAMETER.findall(endpoint.path)
            if not has_rows or name != endpoint.resource_parameter
        ),
        body=body.name if body else None,
        identity=identity,
        mark=_mark(endpoint) if kind == "update" else None,
        owned=endpoint.grant.kind == "owner",
        tenanted=endpoint.tenant_from is not None,
    )


def _has_rows(endpoint: Endpoint) -> bool:
    """Tell whether rows of the caller, or of their organization, stand behind an endpoint."""
    return endpoint.grant.kind == "owner" or endpoint.tenant_from is not None


def _kind(endpoint: Endpoint) -> str:
    if not _has_rows(endpoint):
        return "public" if endpoint.grant.kind == "public" else "principal"
    if endpoint.resource_parameter is None:
        return {"GET": "list", "POST": "create", "DELETE": "clear"}.get(endpoint.method, "keep")
    return {"GET": "read", "DELETE": "delete"}.get(endpoint.method, "update")


def _type_of(endpoint: Endpoint, parameter: str | None) -> str:
    """Return the type that a path parameter has after its converter."""
    match = re.search(r"\{" + str(parameter) + r":([a-z]+)\}", endpoint.path)
    return _CONVERTED.get(match[1], "str") if match else "str"


def _mark(endpoint: Endpoint) -> str | None:
    """Return the last fixed part after the object's id: `complete` in `/tasks/{id}/complete`."""
    tail = endpoint.path.rpartition("}")[2].strip("/")
    return tail.replace("/", "_").replace("-", "_") or None
