"""A relay for the Authorize button of Swagger, on the machine of a developer and nowhere else.

    relay = DevelopmentRelay(contract)
    app = FastAPI(dependencies=[relay.button])
    app.include_router(relay.router)

The form's credentials go to Better Auth, which decides about them; what comes back is the access
token that Better Auth issued. The API keeps neither and signs nobody in by itself. The contract of
development needs the rule `POST /dev/token` with `access = "public"`; needs httpx.

Requirements: identity:no-second-login, logging:no-tokens.
"""

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.params import Depends as Dependency
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer

from authpact.contract import Contract
from authpact.errors import ConfigurationError

__all__ = ["DevelopmentRelay"]

PATH: Final = "/dev/token"
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_STAGES: Final = ("NODE_ENV", "ENVIRONMENT", "ENV", "APP_ENV", "STAGE")
_PRODUCTION: Final = frozenset({"production", "prod", "staging", "live"})
_MAXIMUM_BYTES: Final = 4096
_NO_STORE: Final = {"Cache-Control": "no-store"}
_SECONDS: Final = 10


class DevelopmentRelay:
    """Forwards credentials to a Better Auth on this machine; off unless an application adds it.

    `better_auth` is its origin, default the contract's issuer or the variable that replaces it.
    Raises ConfigurationError in production, and where Better Auth is not on this machine.
    """

    def __init__(
        self,
        contract: Contract,
        *,
        environ: Mapping[str, str] = os.environ,
        better_auth: str | None = None,
    ) -> None:
        named = environ.get(contract.keys.issuer_env, "").strip() or contract.token.issuer
        self._origin = better_auth or named
        _refuse_production(environ, self._origin)
        self.router = APIRouter()
        self.router.add_api_route(PATH, self._forward, methods=["POST"], include_in_schema=False)
        self.button: Dependency = Depends(OAuth2PasswordBearer(tokenUrl=PATH, auto_error=False))

    async def _forward(self, request: Request) -> JSONResponse:
        """Answer as OAuth 2.0 does (RFC 6749 4.3), with the words of nobody but this function."""
        credentials = await _credentials(request)
        if credentials is None:
            return _refuse("invalid_request", 400)
        import httpx  # noqa: PLC0415  # an optional dependency

        try:
            async with httpx.AsyncClient(
                base_url=self._origin,
                headers={"Origin": self._origin},
                timeout=_SECONDS,
                trust_env=False,
            ) as client:
                entered = await client.post("/api/auth/sign-in/email", json=credentials)
                if entered.is_client_error:
                    return _refuse("invalid_grant", 400)
                issued = await client.post("/api/auth/api-token", json={})
                issued.raise_for_status()
                token = issued.json()["access_token"]
        except (httpx.HTTPError, ValueError, KeyError):
            return _refuse("temporarily_unavailable", 503)
        return JSONResponse({"access_token": token, "token_type": "bearer"}, 200, _NO_STORE)


def _refuse_production(environ: Mapping[str, str], origin: str) -> None:
    problems = [
        f"{name} says production: the development relay must not be there"
        for name in _STAGES
        if environ.get(name, "").strip().lower() in _PRODUCTION
    ]
    if urlsplit(origin).hostname not in _LOCAL:
        problems.append("the development relay only forwards to a Better Auth on this machine")
    if problems:
        raise ConfigurationError(*problems)


async def _credentials(request: Request) -> dict[str, str] | None:
    """Read username and password from a form of bearable size; None where it is not one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAXIMUM_BYTES:
            return None
    try:
        form = parse_qs(body.decode("ascii"), max_num_fields=8, errors="strict")
    except ValueError:
        return None
    username, password = form.get("username", []), form.get("password", [])
    if len(username) != 1 or len(password) != 1:
        return None
    return {"email": username[0], "password": password[0]}


def _refuse(error: str, status: int) -> JSONResponse:
    return JSONResponse({"error": error}, status, _NO_STORE)
