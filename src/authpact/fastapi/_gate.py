"""The dependencies an endpoint declares: who may call it.

Requirements: access:authenticated, access:role, access:permission, ownership:foreign-path,
tenant:required, tenant:foreign-path.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.params import Depends as Dependency
from fastapi.requests import HTTPConnection
from fastapi.security.base import SecurityBase
from starlette.types import Scope

from authpact.fastapi._runtime import Runtime
from authpact.verify import (
    AUTHENTICATED,
    Principal,
    require_membership,
    require_permission,
    require_role,
    require_subject,
    require_tenancy,
)

_DEMANDS: Final[Mapping[str, Callable[[Principal, str], None]]] = MappingProxyType(
    {"role": require_role, "permission": require_permission}
)


class Gate(SecurityBase):
    """Lets in who meets one demand: an access level as the contract writes it.

    It is FastAPI's own kind of security object, so OpenAPI shows the scheme at no cost per request.
    """

    def __init__(self, demand: str) -> None:
        self.demand = demand
        self.model = HTTPBearer(bearerFormat="JWT")
        self.scheme_name = "Bearer"
        kind, _, name = demand.partition(":")
        self._kind = kind
        self._meets = _DEMANDS.get(kind)
        self._name = name

    async def __call__(self, connection: HTTPConnection) -> Principal:
        """Return the caller. Raises VerificationError, AccessError or KeysUnavailable."""
        scope = connection.scope
        runtime = Runtime.of(scope)
        principal = await runtime.principal(scope)
        rule = runtime.rule(scope)
        if self._meets is not None:
            self._meets(principal, self._name)
        elif self._kind == "owner" and rule.owner_parameter is not None:
            require_subject(principal, str(scope["path_params"][rule.owner_parameter]))
        if rule.needs_tenant:
            _require_tenant(principal, rule.tenant_parameter, scope)
        return principal


def _require_tenant(principal: Principal, parameter: str | None, scope: Scope) -> None:
    if parameter is None:
        require_tenancy(principal)
    else:
        require_membership(principal, str(scope["path_params"][parameter]))


async def _require_keys(connection: HTTPConnection) -> None:
    Runtime.of(connection.scope).require_keys()


Ready = Annotated[None, Depends(_require_keys)]
"""For a public readiness route: answers 503 with Retry-After while no keys are at hand."""

CurrentPrincipal = Annotated[Principal, Depends(Gate(AUTHENTICATED))]
"""The verified caller; for endpoints that the contract marks `authenticated`."""

Owner = Annotated[Principal, Depends(Gate("owner"))]
"""The verified caller, whose id is the one in the path where the contract names such a parameter.

Rows are a second question: pass each one through `require_owner` before you use it.
"""


def RequireRole(role: str) -> Dependency:  # noqa: N802  # reads as a type: Annotated[Principal, …]
    """Demand a role.

    Write `principal: Annotated[Principal, RequireRole("admin")]`, or put it into `dependencies`.
    """
    return Dependency(Gate(f"role:{role}"))


def RequirePermission(permission: str) -> Dependency:  # noqa: N802  # as RequireRole
    """Demand a permission that one of the caller's roles grants; written as RequireRole is."""
    return Dependency(Gate(f"permission:{permission}"))
