"""The lab's issuer: the HTTP contract of Better Auth with its accounts in memory."""

import secrets
import uuid
from collections.abc import Awaitable, Callable
from urllib.parse import quote, unquote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from authpact.probe import Signer
from lab.verifying import State, wall_clock

_COOKIE = "better-auth.session_token"


def problem(status: int, code: str) -> JSONResponse:
    return JSONResponse({"message": code.replace("_", " ").lower(), "code": code}, status)


class Issuer:
    def __init__(self, state: State, signer: Signer) -> None:
        self.state, self.flaws, self.signer = state, state.flaws, signer
        self.used: set[str] = set()

    def origin_ok(self, request: Request) -> bool:
        if "origin-unchecked" in self.flaws or "cookie" not in request.headers:
            return True
        return request.headers.get("origin") in self.state.contract.frontend.origins

    def session(self, request: Request) -> dict[str, str] | None:
        value = unquote(request.cookies.get(_COOKIE, ""))
        session = self.state.sessions.get(value.partition(".")[0])
        alive = session and (session["alive"] == "yes" or "token-after-sign-out" in self.flaws)
        return session if alive else None

    def begin(self, email: str, *, cookie: bool = True, status: int = 200) -> JSONResponse:
        token = secrets.token_urlsafe(24)[:32].replace(".", "x")
        user = self.state.users[email]
        sid = uuid.uuid4().hex
        self.state.sessions[token] = {
            "id": sid,
            "token": token,
            "user": str(user["id"]),
            "email": email,
            "alive": "yes",
        }
        response = JSONResponse(
            {"token": token, "user": {"id": user["id"], "email": email}}, status
        )
        if cookie:
            value = quote(f"{token}.{secrets.token_hex(8)}=", safe="")
            header = f"{_COOKIE}={value}; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax"
            response.headers.append("set-cookie", header)
        return response

    def claims(self, session: dict[str, str], request: Request) -> dict[str, object]:
        token, now = self.state.contract.token, int(wall_clock())
        user = self.state.users[session["email"]]
        issuer = token.issuer
        if "host-decides-issuer" in self.flaws:
            seen = request.headers["host"]
            issuer = f"http://{seen}" if seen == "evil.example" else issuer
        lifetime = 7200 if "two-hour-tokens" in self.flaws else token.lifetime
        claims: dict[str, object] = {
            "iss": issuer,
            "sub": user["id"],
            "aud": token.audience,
            "iat": now,
            "exp": now + lifetime,
            "jti": str(uuid.uuid4()),
            "client_id": token.client,
            "sid": session["id"],
            "roles": user["roles"],
        }
        claims |= self.tenancy(session)
        if "personal-data" in self.flaws:
            claims |= {"name": user["name"], "email": session["email"]}
        return claims

    def tenancy(self, session: dict[str, str]) -> dict[str, str]:
        claim, tenant = self.state.contract.tenant_claim, session.get("organization")
        if not claim or not tenant or "organization-left-out" in self.flaws:
            return {}
        member = session["user"] in self.state.members.get(tenant, ())
        unchecked = {"stranger-activates", "ended-membership-issued"} & self.flaws
        return {claim: tenant} if member or unchecked else {}

    def issue(self, request: Request, session: dict[str, str]) -> JSONResponse:
        header = self.signer.header()
        if "typ-missing" in self.flaws:
            header["typ"] = "JWT"
        token = self.signer.sign(self.claims(session, request), header)
        body = {"access_token": token, "token_type": "Bearer", "expires_in": 900}
        headers = {} if "no-store-missing" in self.flaws else {"Cache-Control": "no-store"}
        return JSONResponse(body, headers=headers)


async def sign_up(issuer: Issuer, request: Request) -> JSONResponse:
    body = await request.json()
    roles = [body["role"]] if "role-at-sign-up" in issuer.flaws and "role" in body else []
    issuer.state.users[body["email"]] = {
        "id": secrets.token_hex(16),
        "name": body["name"],
        "password": body["password"],
        "roles": roles,
    }
    return issuer.begin(body["email"], status=201 if "sign-up-201" in issuer.flaws else 200)


async def sign_in(issuer: Issuer, request: Request) -> JSONResponse:
    body = await request.json()
    user = issuer.state.users.get(body["email"])
    if user is None and "distinct-sign-in-errors" in issuer.flaws:
        return problem(401, "USER_NOT_FOUND")
    if user is None or user["password"] != body["password"]:
        return problem(401, "INVALID_EMAIL_OR_PASSWORD")
    return issuer.begin(body["email"], cookie="sign-in-without-cookie" not in issuer.flaws)


async def sign_out(issuer: Issuer, request: Request) -> JSONResponse:
    session = issuer.session(request)
    if session:
        session["alive"] = "no"
        if issuer.state.contract.revocation.mode == "backchannel":
            issuer.state.ended.add(session["id"])
        if "ended-although-stated-otherwise" in issuer.flaws:
            issuer.state.ended.add(session["id"])
    return JSONResponse({"success": True})


async def api_token(issuer: Issuer, request: Request) -> JSONResponse:
    session = issuer.session(request)
    if session is None and "no-session-needed" in issuer.flaws:
        session = next(iter(issuer.state.sessions.values()))
    if session is None:
        return problem(401, "UNAUTHORIZED")
    if "one-token-per-session" in issuer.flaws and session["id"] in issuer.used:
        return problem(403, "ALREADY_ISSUED")
    issuer.used.add(session["id"])
    return issuer.issue(request, session)


async def create_organization(issuer: Issuer, request: Request) -> JSONResponse:
    session, identity = issuer.session(request), uuid.uuid4().hex
    issuer.state.members[identity] = {session["user"]}
    session["organization"] = identity
    return JSONResponse({"id": identity, **await request.json()})


async def set_active(issuer: Issuer, request: Request) -> JSONResponse:
    session, tenant = issuer.session(request), (await request.json())["organizationId"]
    member = session["user"] in issuer.state.members[tenant]
    if member or "stranger-activates" in issuer.flaws:
        session["organization"] = tenant
        return JSONResponse({"id": tenant})
    return problem(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION")


async def delete_organization(issuer: Issuer, request: Request) -> JSONResponse:
    tenant = (await request.json())["organizationId"]
    del issuer.state.members[tenant]
    return JSONResponse({"id": tenant})


def build_issuer(state: State, signer: Signer) -> Callable[..., Awaitable[None]]:
    """Build the issuer with the flaws of the state."""
    app, issuer = FastAPI(openapi_url=None), Issuer(state, signer)
    posts = {
        "/sign-up/email": sign_up, "/sign-in/email": sign_in,
        "/sign-out": sign_out, "/api-token": api_token,
    }  # fmt: skip
    if state.contract.tenant_claim:
        posts |= {
            "/organization/create": create_organization,
            "/organization/set-active": set_active,
            "/organization/delete": delete_organization,
        }
    for path, action in posts.items():

        async def post(
            request: Request,
            action: Callable[[Issuer, Request], Awaitable[JSONResponse]] = action,
        ) -> JSONResponse:
            allowed = issuer.origin_ok(request)
            return await action(issuer, request) if allowed else problem(403, "INVALID_ORIGIN")

        app.add_route(f"/api/auth{path}", post, methods=["POST"])
    add_reads(app, issuer)
    return app


def add_reads(app: FastAPI, issuer: Issuer) -> None:
    """Add the routes that only show something."""
    state = issuer.state

    async def token(request: Request) -> JSONResponse:
        session = issuer.session(request)
        if session and "get-token-open" in issuer.flaws:
            return JSONResponse({"token": issuer.signer.sign(issuer.claims(session, request))})
        return problem(404, "NOT_FOUND")

    async def get_session(request: Request) -> JSONResponse:
        session = issuer.session(request)
        response = JSONResponse({"session": session["id"]} if session else None)
        if session and "session-header-token" in issuer.flaws:
            signed = issuer.signer.sign(issuer.claims(session, request))
            response.headers["set-auth-jwt"] = signed
        return response

    async def key_set(_: Request) -> JSONResponse:
        return JSONResponse({"keys": [issuer.signer.public]})

    if state.contract.token.mode == "jwks":
        app.add_route(state.contract.keys.jwks_path, key_set)
    app.add_route("/api/auth/token", token)
    app.add_route("/api/auth/get-session", get_session)
