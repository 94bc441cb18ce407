"""The lab's API: a small FastAPI application with two owned collections and two guarded reads."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from lab.cors import Cors
from lab.rows import Collection, Note
from lab.tenants import shared
from lab.verifying import RefusalError, State, Verifier


def bearer_of(request: Request, body: bytes, flaws: frozenset[str]) -> str:
    """Take the token out of the one place it may stand in."""
    values = [v.decode("latin-1") for k, v in request.scope["headers"] if k == b"authorization"]
    if len(values) > 1 and "two-headers-accepted" not in flaws:
        raise RefusalError(400, "token_malformed")
    if not values:
        return elsewhere(request, body, flaws)
    for value in values:
        scheme, _, token = value.partition(" ")
        exact = "scheme-case-sensitive" in flaws
        if (scheme if exact else scheme.lower()) == ("Bearer" if exact else "bearer"):
            return token
    raise RefusalError(401, "token_missing")


def elsewhere(request: Request, body: bytes, flaws: frozenset[str]) -> str:
    found = None
    if "token-in-query-accepted" in flaws:
        found = request.query_params.get("access_token")
    if "token-in-cookie-accepted" in flaws:
        found = request.cookies.get("access_token")
    if "token-in-form-accepted" in flaws:
        found = parse_qs(body.decode()).get("access_token", [None])[0]
    if found is None:
        raise RefusalError(401, "token_missing")
    return found


def refusal(flaws: frozenset[str]) -> Callable[[Request, RefusalError], Awaitable[Response]]:
    """Return the handler that turns a refusal into an answer."""

    async def answer(_: Request, error: RefusalError) -> Response:
        body = {"detail": error.detail, "code": error.code}
        status = error.status
        challenge = {
            "token_missing": "Bearer",
            "role_missing": 'Bearer error="insufficient_scope"',
            "not_owner": "",
            "not_found": "",
            "tenant_missing": "",
            "not_member": "",
        }.get(error.code, 'Bearer error="invalid_token"')
        if error.code == "token_missing" and "missing-403" in flaws:
            status = 403
        if error.code == "token_missing" and "missing-with-error" in flaws:
            challenge = 'Bearer error="invalid_token"'
        if error.code == "role_missing" and "scope-error-missing" in flaws:
            challenge = ""
        if "challenge-missing" in flaws:
            challenge = ""
        if "body-without-code" in flaws and error.code not in {"token_missing", "token_expired"}:
            del body["code"]
        headers = {"WWW-Authenticate": challenge} if challenge else {}
        return JSONResponse(body, status, headers)

    return answer


class Guard:
    """The dependencies of the routes: who calls, and may they."""

    def __init__(self, state: State) -> None:
        self.state, self.flaws = state, state.flaws
        self.verifier = Verifier(state)

    async def principal(self, request: Request) -> dict[str, object]:
        claims = self.verifier.verify(bearer_of(request, await request.body(), self.flaws))
        tenant = claims.get(self.state.contract.tenant_claim or "", "")
        return {"sub": claims["sub"], "roles": claims.get("roles", []), "tenant": tenant}

    def role(self, *names: str, flaw: str) -> Callable[..., Awaitable[None]]:
        async def check(request: Request) -> None:
            who = await self.principal(request)
            if flaw.replace("unchecked", "locked") in self.flaws:
                raise RefusalError(403, "role_missing")
            if not set(names) & set(who["roles"]) and flaw not in self.flaws:
                raise RefusalError(403, "role_missing")

        return check


def owner_of(guard: Guard, *, by_path: bool) -> Callable[[Request], Awaitable[str]]:
    """Return the dependency that says whose rows a request may touch."""

    async def owner(request: Request) -> str:
        who = await guard.principal(request)
        named = request.path_params.get("user_id", who["sub"])
        flaw = f"path-{request.method.lower()}"
        if by_path and named != who["sub"] and flaw not in guard.flaws:
            raise RefusalError(404 if "foreign-path-404" in guard.flaws else 403, "not_owner")
        return str(named if by_path else who["sub"])

    return owner


def owned(guard: Guard, rows: Collection, prefix: str, *, by_path: bool) -> APIRouter:
    """Build the routes of one collection, with the user id in the path or without."""
    router = APIRouter(prefix=prefix)
    me = Annotated[str, Depends(owner_of(guard, by_path=by_path))]

    @router.get("")
    async def listing(who: me, request: Request) -> list[dict[str, object]]:
        return rows.mine(who, request.query_params.get("user_id"))

    @router.post("", status_code=201)
    async def create(who: me, body: Note) -> dict[str, object]:
        return rows.add(who, body.model_dump())

    @router.get("/{number}")
    async def read(who: me, number: int) -> dict[str, object]:
        return rows.take(who, number, "get")

    @router.put("/{number}")
    async def replace(who: me, number: int, body: Note) -> dict[str, object]:
        return rows.replace(rows.take(who, number, "put"), body.model_dump())

    @router.delete("/{number}", status_code=204)
    async def delete(who: me, number: int) -> None:
        if "valid-refused" in guard.flaws:
            raise RefusalError(403, "not_owner")
        del rows.rows[rows.take(who, number, "delete")["id"]]

    @router.patch("/{number}/complete", include_in_schema=by_path)
    async def complete(who: me, number: int) -> dict[str, object]:
        row = rows.take(who, number, "patch")
        row["done"] = not row["done"]
        return row

    return router


def strays(app: FastAPI, flaws: frozenset[str]) -> None:
    """Add the routes that should not be there."""

    async def answer() -> dict[str, str]:
        return {"status": "ok"}

    if "undeclared-route" in flaws:
        app.add_api_route("/api/export", answer, methods=["GET"])
    if "own-login" in flaws:
        app.add_api_route("/api/users/sign-in", answer, methods=["POST"])
    if "hidden-login" in flaws:
        app.add_api_route("/auth/login", answer, methods=["POST"], include_in_schema=False)


def build_api(state: State) -> Callable[..., Awaitable[None]]:
    """Build the API with the flaws of the state; keys come from the environment."""
    flaws, guard = state.flaws, Guard(state)
    app = FastAPI(openapi_url=None if "no-openapi" in flaws else "/openapi.json")
    app.add_exception_handler(RefusalError, refusal(flaws))
    public = [] if "public-closed" not in flaws else [Depends(guard.principal)]

    @app.get("/health", dependencies=public)
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/api/me")
    async def me(who: Annotated[dict[str, object], Depends(guard.principal)]) -> dict[str, object]:
        return who

    admin = Depends(guard.role("admin", flaw="role-unchecked"))

    @app.get("/api/admin/report", dependencies=[admin])
    async def report() -> dict[str, str]:
        return {"report": "all"}

    granted = Depends(guard.role("admin", flaw="permission-unchecked"))

    @app.get("/api/reports", dependencies=[granted])
    async def reports() -> list[str]:
        return []

    async def logout(request: Request) -> dict[str, str]:
        state.ended.add(guard.verifier.ended_session((await request.body()).decode()))
        return {}

    if state.contract.revocation.mode == "backchannel":
        app.add_api_route(state.contract.revocation.path, logout, methods=["POST"])
    ids = itertools.count(1)
    notes, tasks = Collection(state, "notes", ids), Collection(state, "tasks", ids)
    app.include_router(owned(guard, notes, "/api/notes", by_path=False))
    app.include_router(owned(guard, tasks, "/api/{user_id}/tasks", by_path=True))
    for router in shared(guard, ids):
        app.include_router(router)
    strays(app, flaws)
    return Cors(app, state)
