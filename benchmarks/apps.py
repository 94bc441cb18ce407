"""One route, guarded in every way: by nothing, by an empty dependency, by authpact and by peers."""

from collections.abc import Callable
from typing import Annotated, Final

import jwt
import peers
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from authpact.fastapi import CurrentPrincipal, install
from authpact.testing import LocalIssuer

PATH: Final = "/me"


def unguarded(_: LocalIssuer) -> FastAPI:
    """Serve anybody."""
    app = FastAPI()

    @app.get(PATH)
    async def me() -> str:
        return "x"

    return app


def empty(_: LocalIssuer) -> FastAPI:
    """Serve anybody through a dependency that does nothing: the least a guard can cost."""
    app = FastAPI()

    async def nothing() -> str:
        return "x"

    @app.get(PATH)
    async def me(value: Annotated[str, Depends(nothing)]) -> str:
        return value

    return app


def authpact(issuer: LocalIssuer) -> FastAPI:
    """Serve as the manual says, CORS and the guarded start included."""
    app = FastAPI()

    @app.get(PATH)
    async def me(principal: CurrentPrincipal) -> str:
        return principal.subject[:1]

    install(app, issuer.contract, environ=issuer.environ, keys=issuer.keys)
    return app


def hand_written(issuer: LocalIssuer) -> FastAPI:
    """Serve through PyJWT in a dependency, as tutorials write it; without CORS."""
    app, verify, bearer = FastAPI(), peers.pyjwt(issuer), HTTPBearer()

    async def current(
        credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    ) -> object:
        try:
            return verify(credentials.credentials)
        except jwt.InvalidTokenError as error:
            raise HTTPException(401) from error

    @app.get(PATH)
    async def me(_: Annotated[object, Depends(current)]) -> str:
        return "x"

    return app


def bridge(issuer: LocalIssuer) -> FastAPI:
    """Serve through fastapi-better-auth-bridge in its mode for tokens; without CORS."""
    import fastapi_better_auth as peer  # noqa: PLC0415  # a peer that may be absent

    auth = peer.BetterAuth(verifiers=[peer.JwtVerifier(base_url=issuer.contract.token.issuer)])
    app = FastAPI()
    session = Depends(auth.current_session())

    @app.get(PATH, dependencies=[session])
    async def me() -> str:
        return "x"

    return app


Build = Callable[[LocalIssuer], FastAPI]


def guarded(algorithm: str) -> dict[str, Build]:
    """Return the applications that can serve tokens of this algorithm here."""
    found: dict[str, Build] = {"authpact": authpact, "PyJWT in a dependency": hand_written}
    if algorithm != "HS256" and peers.installed("fastapi_better_auth"):
        found["fastapi-better-auth-bridge"] = bridge
    return found
