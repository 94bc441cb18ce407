"""Rules about organizations: one function each, requirement cited."""

from collections.abc import Iterator
from typing import Final

from authpact.contract._claims import REGISTERED
from authpact.contract._judgement import Judgement, Rule, error, warning
from authpact.contract._model import Contract, Endpoint
from authpact.contract._texts import PARAMETER

_TENANT_NAMES: Final = frozenset(
    {"org_id", "orgid", "organization_id", "organisation_id", "tenant_id", "workspace_id"}
)
_Path = tuple[str | int, ...]


def _claim(contract: Contract) -> Iterator[Judgement]:
    at, claim = ("tenant", "claim"), contract.tenant.claim
    if claim in REGISTERED:
        yield error(
            at,
            f'"{claim}" is a registered claim with a meaning of its own',
            'write "org_id"',
            "issue:reserved-claims",
        )
    if contract.tenant_claim == contract.token.roles_claim:
        yield error(
            at,
            f'"{claim}" is the claim that lists the roles',
            'write "org_id", or another token.roles_claim',
            "issue:reserved-claims",
        )


def _endpoints(contract: Contract) -> Iterator[Judgement]:
    for index, endpoint in enumerate(contract.endpoints):
        at = ("endpoints", index)
        if endpoint.tenant_from is not None:
            yield from _tenancy(contract, endpoint, (*at, "tenant_from"))
        if contract.tenant_claim is not None and endpoint.grant.kind != "public":
            yield from _unread(endpoint, (*at, "path"))


def _tenancy(contract: Contract, endpoint: Endpoint, at: _Path) -> Iterator[Judgement]:
    if contract.tenant_claim is None:
        yield error(
            at,
            "needs organizations, and the contract has none",
            'add [tenant] with mode = "organization", or drop tenant_from',
            "tenant:claim",
        )
    if endpoint.grant.kind == "public":
        yield error(
            at,
            'has no meaning with access = "public": there is no token to compare',
            'write access = "authenticated" or narrower, or drop tenant_from',
            "tenant:required",
        )
    parameters, name = PARAMETER.findall(endpoint.path), endpoint.tenant_parameter
    others = [parameter for parameter in parameters if parameter != endpoint.owner_parameter]
    if name is not None and name not in others:
        yield error(
            at,
            f"{{{name}}} is the user id of the path, see owner_from"
            if name in parameters
            else f"the path has no parameter {{{name}}}",
            f"name one of: {', '.join(others) or 'the path has none'}",
            "tenant:foreign-path",
        )


def _unread(endpoint: Endpoint, at: _Path) -> Iterator[Judgement]:
    if endpoint.tenant_parameter is not None:
        return
    for name in (p for p in PARAMETER.findall(endpoint.path) if p.lower() in _TENANT_NAMES):
        yield warning(
            at,
            f"the path carries {{{name}}} but nobody compares it with the token",
            f'write tenant_from = "path:{name}"',
            "tenant:foreign-path",
        )


TENANT_RULES: Final[tuple[Rule, ...]] = (_claim, _endpoints)
