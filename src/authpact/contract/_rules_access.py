"""Rules about endpoints, roles and ownership: one function each, requirement cited."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from authpact.contract._claims import REGISTERED
from authpact.contract._judgement import Judgement, Rule, error, warning
from authpact.contract._model import Contract, Endpoint
from authpact.contract._texts import PARAMETER

_LOGIN: Final = frozenset(
    {"login", "signin", "sign-in", "log-in", "register", "signup", "sign-up", "token", "password"}
)
_OWNER_NAMES: Final = frozenset({"user_id", "userid", "owner_id", "account_id"})


def _roles(contract: Contract) -> Iterator[Judgement]:
    granted = contract.permissions_of(frozenset(contract.roles))
    for index, endpoint in enumerate(contract.endpoints):
        path = ("endpoints", index, "access")
        grant = endpoint.grant
        if grant.kind == "role" and grant.name not in contract.roles:
            yield error(
                path,
                f'the role "{grant.name}" is not defined',
                f"add a table [roles.{grant.name}], or name one of: "
                f"{', '.join(sorted(contract.roles)) or 'none are defined'}",
                "access:role",
            )
        if grant.kind == "permission" and grant.name not in granted:
            yield error(
                path,
                f'no role grants the permission "{grant.name}"',
                f'add "{grant.name}" to the permissions of a role',
                "access:permission",
            )
    if contract.token.roles_claim in REGISTERED:
        yield error(
            ("token", "roles_claim"),
            f'"{contract.token.roles_claim}" is a registered claim with a meaning of its own',
            'write "roles"',
            "issue:reserved-claims",
        )


def _ownership(contract: Contract) -> Iterator[Judgement]:
    for index, endpoint in enumerate(contract.endpoints):
        at = ("endpoints", index)
        owner = endpoint.grant.kind == "owner"
        parameters = PARAMETER.findall(endpoint.path)
        if owner and endpoint.owner_from is None:
            yield error(
                (*at, "access"),
                "says owner but not whose: owner_from is missing",
                'add owner_from = "path:user_id" (a path parameter) or "resource" (the row)',
                "ownership:foreign-path",
            )
        if not owner and endpoint.owner_from is not None:
            yield error(
                (*at, "owner_from"),
                f'has no meaning with access = "{endpoint.access}"',
                'write access = "owner", or drop owner_from',
                "ownership:foreign-path",
            )
        parameter = endpoint.owner_parameter
        if parameter is not None and parameter not in parameters:
            yield error(
                (*at, "owner_from"),
                f"the path has no parameter {{{parameter}}}",
                f"name one of: {', '.join(parameters) or 'the path has none'}",
                "ownership:foreign-path",
            )
        if endpoint.grant.kind in {"public", "authenticated"}:
            for name in (p for p in parameters if p.lower() in _OWNER_NAMES):
                yield warning(
                    (*at, "access"),
                    f"the path carries {{{name}}} but nobody compares it with the token",
                    f'write access = "owner" and owner_from = "path:{name}"',
                    "ownership:foreign-path",
                )


def _shape(endpoint: Endpoint) -> tuple[str, ...]:
    return tuple("{}" if PARAMETER.fullmatch(s) else s for s in endpoint.path.split("/"))


def _overlaps(contract: Contract) -> Iterator[Judgement]:
    for (_, first), (index, second) in combinations(enumerate(contract.endpoints), 2):
        a, b = _shape(first), _shape(second)
        if first.method != second.method or len(a) != len(b):
            continue
        if a == b:
            yield error(
                ("endpoints", index, "path"),
                f"the same operation as {first}",
                "keep one of the two",
                "access:documented",
            )
        elif all(x == y or "{}" in (x, y) for x, y in zip(a, b, strict=True)):
            yield warning(
                ("endpoints", index, "path"),
                f"overlaps {first}: one request can match both, and the order of routes decides",
                "declare the literal path first in FastAPI, or choose another path",
                "access:documented",
            )


def _endpoints(contract: Contract) -> Iterator[Judgement]:
    if not contract.endpoints:
        yield warning(
            ("endpoints",),
            "none are listed, so the API refuses every request",
            "add [[endpoints]] tables with method, path and access",
            "access:deny-by-default",
        )
    for index, endpoint in enumerate(contract.endpoints):
        at = ("endpoints", index, "path")
        last = endpoint.path.rstrip("/").rpartition("/")[2].lower()
        if endpoint.method == "POST" and last in _LOGIN:
            yield error(
                at,
                "looks like a login of the API's own; users sign in at Better Auth",
                "remove the endpoint; Better Auth serves sign-up and sign-in below /api/auth",
                "identity:no-second-login",
            )
        if any(
            p.lower() in {"token", "access_token", "jwt"} for p in PARAMETER.findall(endpoint.path)
        ):
            yield error(
                at,
                "carries a token in the address, where it ends up in logs",
                "send the token in the Authorization header",
                "transport:one-place",
            )
        if endpoint.grant.kind == "public" and endpoint.method != "GET":
            yield warning(
                ("endpoints", index, "access"),
                f"anybody may {endpoint.method} here without a token",
                'write access = "authenticated" unless this is meant',
                "access:public",
            )


ACCESS_RULES: Final[tuple[Rule, ...]] = (
    _roles,
    _ownership,
    _overlaps,
    _endpoints,
)
