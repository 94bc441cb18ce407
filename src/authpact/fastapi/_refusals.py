"""Refusals on the wire: one status, one challenge and one fixed text for each code.

Requirements: error:missing-token, error:unauthenticated, error:forbidden, error:body,
error:expired-code, error:no-leak, error:fail-closed, ownership:no-oracle, tenant:foreign-path,
tenant:foreign-resource, logging:no-tokens.
RFC 6750 section 3.
"""

import logging
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Final, cast

from fastapi import FastAPI, Request
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse, Response
from fastapi.websockets import WebSocket
from starlette.types import Scope

from authpact.contract import Contract
from authpact.errors import (
    AccessError,
    ForeignObject,
    KeysUnavailable,
    NotMember,
    NotOwner,
    ObjectAbsent,
    PermissionMissing,
    RoleMissing,
    TokenMissing,
    VerificationError,
)
from authpact.fastapi._runtime import PRINCIPAL, Runtime, TwoCredentials
from authpact.verify import SOCKET, Principal

Refusal = VerificationError | AccessError | KeysUnavailable

_LOG: Final = logging.getLogger("authpact")
_POLICY_VIOLATION: Final = 1008
TEXTS: Final = MappingProxyType(
    {
        "token_missing": "An access token is needed.",
        "token_malformed": "The access token is malformed.",
        "token_expired": "The access token has expired.",
        "token_revoked": "The session of the access token was ended.",
        "token_invalid": "The access token is not valid.",
        "role_missing": "A role that is needed here is missing.",
        "permission_missing": "A permission that is needed here is missing.",
        "tenant_missing": "An organization that is needed here is missing.",
        "not_member": "This belongs to another organization.",
        "not_owner": "This belongs to another user.",
        "not_found": "Not found.",
        "forbidden": "This is not allowed.",
        "keys_unavailable": "Access tokens cannot be checked at the moment.",
    }
)
"""What a client is told, by code. Nothing of the request is repeated, no reason is given."""


class Refusals:
    """Answers the refusals of one contract."""

    def __init__(self, contract: Contract) -> None:
        self._ownership = contract.ownership

    def attach(self, app: FastAPI, runtime: Runtime) -> None:
        """Teach an application, the whole or a mounted part, to answer refusals."""
        for kind in (VerificationError, AccessError, KeysUnavailable):
            app.add_exception_handler(kind, self.answer)
        inner = app.exception_handlers.get(RequestValidationError)
        if not isinstance(inner, _WhoFirst):
            after = cast("_Handler", inner or request_validation_exception_handler)
            app.exception_handlers[RequestValidationError] = _WhoFirst(self, runtime, after)

    async def answer(self, connection: HTTPConnection, error: Exception) -> JSONResponse:
        """Answer a refusal; close a socket before it was accepted."""
        refusal = cast("Refusal", error)
        log(connection.scope, refusal)
        Runtime.of(connection.scope).refused(refusal)
        status, code, challenge = self._decide(refusal)
        if isinstance(connection, WebSocket):
            await connection.close(_POLICY_VIOLATION, code)
        headers = {"WWW-Authenticate": challenge} if challenge else {}
        if isinstance(refusal, KeysUnavailable):
            headers["Retry-After"] = str(refusal.retry_after)
        return JSONResponse({"detail": TEXTS[code], "code": code}, status, headers)

    def _decide(self, refusal: Refusal) -> tuple[int, str, str]:
        """Return the status, the code and the challenge of a refusal."""
        code = refusal.code
        if isinstance(refusal, KeysUnavailable):
            return 503, code, ""
        if isinstance(refusal, AccessError):
            return self._decide_access(refusal)
        if isinstance(refusal, TokenMissing):
            return 401, code, "Bearer"
        if isinstance(refusal, TwoCredentials):
            return 400, code, _challenge("invalid_request", code)
        return 401, code, _challenge("invalid_token", code)

    def _decide_access(self, refusal: AccessError) -> tuple[int, str, str]:
        code = refusal.code
        if isinstance(refusal, RoleMissing | PermissionMissing):
            return 403, code, _challenge("insufficient_scope", code)
        status = 404 if isinstance(refusal, ObjectAbsent) else 403
        if isinstance(refusal, ForeignObject):
            status = self._ownership.foreign_resource
        elif isinstance(refusal, NotOwner | NotMember):
            status = self._ownership.foreign_path
        return status, ObjectAbsent.code if status == 404 else code, ""  # noqa: PLR2004  # hidden


_Handler = Callable[[Request, RequestValidationError], Awaitable[Response]]


class _WhoFirst:
    """FastAPI parses a body before it asks who is calling; a stranger is told 401 all the same."""

    def __init__(self, refusals: Refusals, runtime: Runtime, after: _Handler) -> None:
        self._refusals = refusals
        self._runtime = runtime
        self._after = after

    async def __call__(self, request: Request, error: Exception) -> Response:
        try:
            if self._runtime.rule(request.scope).protected:
                await self._runtime.principal(request.scope)
        except (VerificationError, AccessError, KeysUnavailable) as refusal:
            return await self._refusals.answer(request, refusal)
        return await self._after(request, cast("RequestValidationError", error))


def _challenge(error: str, code: str) -> str:
    return f'Bearer error="{error}", error_description="{TEXTS[code]}"'


def log(scope: Scope, refusal: Refusal) -> None:
    """Record a refusal. Text that a stranger could choose is escaped; a token never gets here."""
    principal = scope.get(PRINCIPAL)
    who: tuple[str | None, str | None] = (None, None)
    if isinstance(principal, Principal):
        who = (principal.subject, principal.token_id)
    _LOG.warning(
        "refused code=%s reason=%s request=%s subject=%s jti=%s",
        refusal.code,
        ascii(refusal.reason),
        ascii(f"{scope.get('method', SOCKET)} {scope.get('path', '')}"),
        *(ascii(name) for name in who),
    )
