"""The endpoint that the issuer tells about ended sessions.

OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8; requirement
session:token-after-sign-out.
"""

import json
from typing import Final
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import JSONResponse

from authpact.errors import TokenMalformed, VerificationError
from authpact.fastapi._refusals import TEXTS, log
from authpact.fastapi._runtime import Runtime
from authpact.verify import MAXIMUM_BYTES, RemoteRevocations, RevocationStore

_NO_STORE: Final = {"Cache-Control": "no-store"}
_MEMBER: Final = "logout_token"


class Logout:
    """Receives logout tokens and remembers what they end."""

    def __init__(self, runtime: Runtime, revocations: RevocationStore | RemoteRevocations) -> None:
        self._runtime = runtime
        self._revocations = revocations

    async def receive(self, request: Request) -> JSONResponse:
        """Answer 200 when the logout is remembered, 400 when the token does not hold."""
        verifier = self._runtime.verifier
        try:
            token = await _logout_token(request)
            logout = await self._runtime.settle(lambda: verifier.verify_logout(token))
        except VerificationError as error:
            log(request.scope, error)
            content = {"detail": TEXTS["token_invalid"], "code": "token_invalid"}
            return JSONResponse(content, 400, _NO_STORE)
        if isinstance(self._revocations, RemoteRevocations):
            await self._revocations.revoke(logout, verifier.now())
        else:
            self._revocations.revoke(logout, verifier.now())
        return JSONResponse({}, 200, _NO_STORE)


async def _logout_token(request: Request) -> str:
    """Read the token from a form or a JSON object of bearable size."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > 2 * MAXIMUM_BYTES:
            raise TokenMalformed("the body is too large")
    try:
        text = body.decode("ascii")
        if "json" in request.headers.get("content-type", ""):
            members = json.loads(text)
            token = members.get(_MEMBER) if isinstance(members, dict) else None
        else:
            found = parse_qs(text, max_num_fields=8).get(_MEMBER, [])
            token = found[0] if len(found) == 1 else None
    except (ValueError, RecursionError):
        token = None
    if not isinstance(token, str):
        raise TokenMalformed("the body has no logout token")
    return token
