"""FastAPI: dependencies that yield a principal, refusals on the wire, and a guarded start.

    app = FastAPI()

    @app.get("/api/{user_id}/tasks")
    async def tasks(principal: Owner) -> list[Task]: ...

    install(app, load("authpact.toml"))

1. `install` refuses an environment that is unsafe: secrets, key set address, origins.
2. Before the first request every route is held against the contract; where one has no rule, or
   does not enforce its rule, the application does not start.
3. The token is read from one Authorization header and from nowhere else.
4. One flat dependency verifies, authorizes and parks the principal for the rest of the request.
5. Every refusal is decided by the verifier or the policy; here it only gets its status and its
   fixed text. The reason goes to the log `authpact`, a token never does.

This package is the only place that knows FastAPI and HTTP statuses.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi import FastAPI

from authpact.contract import Contract
from authpact.fastapi._entrance import Entrance
from authpact.fastapi._gate import CurrentPrincipal, Owner, Ready, RequirePermission, RequireRole
from authpact.fastapi._logout import Logout
from authpact.fastapi._measured import MeasuredRuntime
from authpact.fastapi._refusals import Refusals
from authpact.fastapi._runtime import Runtime
from authpact.fastapi._watch import Connection, OpenConnection
from authpact.verify import (
    KeySource,
    RemoteRevocations,
    RevocationStore,
    deploy,
    require_membership,
    require_owner,
    require_permission,
    require_role,
    require_subject,
    require_tenancy,
    require_tenant,
)

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter

__all__ = [
    "Connection",
    "CurrentPrincipal",
    "OpenConnection",
    "Owner",
    "Ready",
    "RequirePermission",
    "RequireRole",
    "install",
    "require_membership",
    "require_owner",
    "require_permission",
    "require_role",
    "require_subject",
    "require_tenancy",
    "require_tenant",
]


def install(
    app: FastAPI,
    contract: Contract,
    *,
    environ: Mapping[str, str] = os.environ,
    keys: KeySource | None = None,
    revocations: RevocationStore | RemoteRevocations | None = None,
    meter: "Meter | None" = None,
) -> None:
    """Put an application under its contract; call it after every other middleware was added.

    `environ` holds the variables that the contract names; `keys` and `revocations` replace what it
    would give. A `meter` of OpenTelemetry receives counts and durations; without one nothing is
    measured. Raises ConfigurationError with every problem of the environment. The routes are
    judged when the application starts: a disagreement raises ConfigurationError there.
    """
    deployment = deploy(contract, environ, keys, revocations)
    store = deployment.revocations
    remote = store if isinstance(store, RemoteRevocations) else None
    if meter is None:
        runtime = Runtime(deployment.verifier, remote)
    else:
        runtime = MeasuredRuntime(deployment.verifier, remote, meter)
    refusals = Refusals(contract)
    refusals.attach(app, runtime)
    app.add_middleware(
        Entrance,
        root=app,
        contract=contract,
        runtime=runtime,
        origins=deployment.origins,
        prepare=refusals.attach,
    )
    if contract.revocation.mode == "backchannel" and store is not None:
        receiver = Logout(runtime, store)
        path = contract.revocation.path
        app.add_route(path, receiver.receive, methods=["POST"], include_in_schema=False)
