"""Routes against rules: every route has one, every rule has a route, and each is enforced.

The adapter describes its routes as data; the judgement is here and knows no framework.

Requirements: access:deny-by-default, access:documented, access:public, access:authenticated,
access:role, access:permission.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from authpact.contract import PARAMETER, Contract, Endpoint

AUTHENTICATED: Final = "authenticated"
SOCKET: Final = "WEBSOCKET"
_IGNORED: Final = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class DeclaredRoute:
    """One route: `demands` are the access levels its dependencies enforce, as in the contract."""

    method: str
    path: str
    demands: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def without_converters(path: str) -> str:
    """Return a path template with `{id:int}` written as `{id}`."""
    return PARAMETER.sub(lambda match: "{" + match[1] + "}", path)


def rules_by_route(contract: Contract) -> dict[tuple[str, str], Endpoint]:
    """Return the contract's rules by method and path without converters."""
    return {(rule.method, without_converters(rule.path)): rule for rule in contract.endpoints}


def judge_routes(contract: Contract, routes: Iterable[DeclaredRoute]) -> tuple[str, ...]:
    """Return every disagreement between the routes of an application and its contract."""
    rules = rules_by_route(contract)
    declared = [route for route in routes if route.method not in _IGNORED]
    problems = [problem for route in declared for problem in _judge(route, rules)]
    present = {(route.method, without_converters(route.path)) for route in declared}
    problems.extend(
        f"{rule} is in the contract and the application has no such route"
        for key, rule in rules.items()
        if key not in present
    )
    return tuple(problems)


def _judge(route: DeclaredRoute, rules: dict[tuple[str, str], Endpoint]) -> Iterator[str]:
    if route.method == SOCKET:
        yield from _judge_socket(route)
        return
    rule = rules.get((route.method, without_converters(route.path)))
    if rule is None:
        near = _near_miss(route, rules.values())
        yield f"{route} has no rule in the contract{near}"
        return
    if rule.access == "public":
        wanted, found = set[str](), set(route.demands)
    else:
        wanted, found = {rule.access}, {*route.demands, *(route.demands and {AUTHENTICATED})}
    if not wanted <= found:
        yield f"{route} must enforce {rule.access}: declare {_dependency(rule.access)}"
    for extra in sorted(found - wanted - ({AUTHENTICATED} if wanted else set())):
        yield f"{route} enforces {extra} and the contract says {rule.access}"


def _judge_socket(route: DeclaredRoute) -> Iterator[str]:
    """Judge a socket; the contract has no rule for one, so it must at least demand a token."""
    if not route.demands:
        yield f"{route} admits anybody: declare CurrentPrincipal"
    elif "owner" in route.demands:
        yield f"{route} cannot use Owner: declare CurrentPrincipal and call require_subject"


def _near_miss(route: DeclaredRoute, rules: Iterable[Endpoint]) -> str:
    shape = _shape(route.path)
    for rule in rules:
        if rule.method == route.method and _shape(rule.path) == shape:
            return f"; the contract has {rule.path}"
    return ""


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def _dependency(access: str) -> str:
    kind, _, name = access.partition(":")
    return {
        AUTHENTICATED: "CurrentPrincipal",
        "owner": "Owner",
        "role": f'RequireRole("{name}")',
        "permission": f'RequirePermission("{name}")',
    }[kind]
