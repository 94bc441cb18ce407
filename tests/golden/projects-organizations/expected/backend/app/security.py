"""Who may call what: the types that endpoints declare, and the contract they are held against."""

import os
from pathlib import Path
from typing import Annotated

from authpact import Principal, load
from authpact.fastapi import (
    CurrentPrincipal,
    Owner,
    RequirePermission,
    RequireRole,
    install,
    require_owner,
    require_tenancy,
    require_tenant,
)
from fastapi import FastAPI

__all__ = [
    "AdminRole",
    "CurrentPrincipal",
    "Owner",
    "Principal",
    "ReportsReadPermission",
    "require_owner",
    "require_tenancy",
    "require_tenant",
    "secure",
]

_BESIDE_THE_BACKEND = Path(__file__).parents[2] / "authpact.toml"

AdminRole = Annotated[Principal, RequireRole("admin")]
ReportsReadPermission = Annotated[Principal, RequirePermission("reports:read")]


def secure(app: FastAPI) -> None:
    """Put the application under its contract: refuse to start rather than serve unguarded."""
    install(app, load(os.environ.get("AUTHPACT_CONTRACT") or _BESIDE_THE_BACKEND))
