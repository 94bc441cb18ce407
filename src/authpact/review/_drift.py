"""Where code and contract differ: the contract says one thing, the tree does another."""

from collections.abc import Iterator
from typing import Final

from authpact.contract import Contract, Endpoint
from authpact.findings import Confidence, Finding, Location, Severity
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_HOLE: Final = lazy(r"\{[^}]*\}")
CONTRACT_FILE: Final = "authpact.toml"


def _shape(path: str) -> str:
    return _HOLE.sub("{}", path).rstrip("/") or "/"


def _finding(
    rule: str, requirement: str, place: Location, message: str, severity: Severity = Severity.HIGH
) -> Finding:
    return Finding(
        rule=f"drift-{rule}",
        category="contract-drift",
        requirement=requirement,
        severity=severity,
        confidence=Confidence.HIGH,
        location=place,
        message=message,
        why="Documents, checks and probes follow the contract, so they speak about another system.",
        remedy="Change the code, or change the contract and compile again.",
    )


def _algorithms(facts: Facts, contract: Contract) -> Iterator[Finding]:
    wanted = contract.token.algorithm
    for v in facts.verifications:
        found = set(v.algorithms.literals)
        if v.is_for_access and found and found != {wanted}:
            names = ", ".join(sorted(found))
            message = f"The contract says {wanted}, this verification accepts {names}."
            place = Location(v.module.path, v.call.line)
            yield _finding("algorithm", "algorithm:pinned", place, message)
    for issuer in facts.issuers.servers:
        if contract.token.mode == "jwks" and issuer.algorithm not in {"", wanted}:
            message = f"The contract says {wanted}, the jwt plugin signs {issuer.algorithm}."
            place = Location(issuer.module.path, issuer.call.line)
            yield _finding("algorithm", "algorithm:pinned", place, message)


def _routes(facts: Facts, contract: Contract) -> Iterator[Finding]:
    rules: dict[tuple[str, str], Endpoint] = {
        (e.method, _shape(e.path)): e for e in contract.endpoints
    }
    seen: set[tuple[str, str]] = set()
    for route in facts.routes:
        if not route.reachable or route.method in {"websocket", "head", "options", "api_route"}:
            continue
        for path in route.paths:
            key = (route.method.upper(), _shape(path))
            seen.add(key)
            yield from _access(route, f"{key[0]} {path}", rules.get(key))
    for key, endpoint in rules.items():
        if key not in seen and facts.routes:
            message = f"The code has no {endpoint}."
            place = Location(CONTRACT_FILE)
            yield _finding("endpoint", "access:documented", place, message, Severity.MEDIUM)


def _access(route: Route, shown: str, endpoint: Endpoint | None) -> Iterator[Finding]:
    place = Location(route.module.path, route.line)
    if endpoint is None:
        message = f"{shown} has no rule in the contract."
        yield _finding("endpoint", "access:deny-by-default", place, message, Severity.MEDIUM)
    elif endpoint.grant.kind != "public" and not route.protected:
        message = f"The contract says {endpoint.access} for {shown}, but nothing authenticates it."
        yield _finding("access", "access:authenticated", place, message, Severity.CRITICAL)
    elif endpoint.grant.kind == "public" and route.principal:
        message = f"The contract says public for {shown}, but it demands a token."
        yield _finding("access", "access:public", place, message, Severity.LOW)


def _origins(facts: Facts, contract: Contract) -> Iterator[Finding]:
    wanted = set(contract.frontend.origins)
    for cors in facts.cors:
        known = set(cors.origins.literals)
        extra = sorted(o for o in known - wanted if "://" in o or o in {"*", "null"})
        if extra and not cors.origins.environment:
            message = f"The contract does not list the origin {extra[0]}."
            place = Location(cors.module.path, cors.origins_line)
            yield _finding("origin", "browser:cors", place, message, Severity.MEDIUM)


def drift(facts: Facts, contract: Contract) -> tuple[Finding, ...]:
    """Compare a tree with its contract: algorithms, operations, access and origins."""
    return (
        *_algorithms(facts, contract),
        *_routes(facts, contract),
        *_origins(facts, contract),
    )
