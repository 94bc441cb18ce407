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
)
from fastapi import FastAPI

__all__ = [
    "AuditorRole",
    "CurrentPrincipal",
    "ExportsCreatePermission",
    "Owner",
    "Principal",
    "require_owner",
    "secure",
]

_BESIDE_THE_BACKEND = Path(__file__).parents[2] / "authpact.toml"

AuditorRole = Annotated[Principal, RequireRole("auditor")]
ExportsCreatePermission = Annotated[Principal, RequirePermission("exports:create")]


def secure(app: FastAPI) -> None:
    """Put the application under its contract: refuse to start rather than serve unguarded."""
    install(app, load(os.environ.get("AUTHPACT_CONTRACT") or _BESIDE_THE_BACKEND))
