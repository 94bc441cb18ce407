"""Who may call what: the types that endpoints declare, and the contract they are held against."""

import os
from pathlib import Path
from typing import Annotated

from authpact import Principal, load
from authpact.fastapi import (
    CurrentPrincipal,
    Owner,
    RequireRole,
    install,
    require_owner,
)
from fastapi import FastAPI

__all__ = [
    "CurrentPrincipal",
    "ModeratorRole",
    "Owner",
    "Principal",
    "require_owner",
    "secure",
]

_BESIDE_THE_BACKEND = Path(__file__).parents[2] / "authpact.toml"

ModeratorRole = Annotated[Principal, RequireRole("moderator")]


def secure(app: FastAPI) -> None:
    """Put the application under its contract: refuse to start rather than serve unguarded."""
    install(app, load(os.environ.get("AUTHPACT_CONTRACT") or _BESIDE_THE_BACKEND))
