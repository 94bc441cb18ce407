"""A middleware that refuses whoever shows no identity protects what stands behind it, no other."""

import pytest

from authpact.review import Facts, findings_in, sort_texts

ROUTES = """
@app.get("/tasks/{task_id}")
def task(task_id: int, db=Depends(get_db)):
    return db.get(Task, task_id)

@app.get("/reports/{report_id}")
def report(report_id: int, db=Depends(get_db)):
    return db.get(Report, report_id)
"""
HEAD = "from fastapi import FastAPI, Depends\nfrom wall import Wall, install, wall\n"
CLASS = """
class Wall(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
{body}
"""
SESSION = """
        found = await db.fetch_session(request.cookies.get("session"))
        if found is None:
            return JSONResponse({"detail": "unauthorized"}, status_code=401)
        request.state.user = found.user
        return await call_next(request)
"""
SIGNED = """
        try:
            request.state.caller = authenticate_proxy(request)
        except IdentityError as error:
            return JSONResponse({"detail": error.detail}, status_code=error.status)
        return await call_next(request)
"""
SHARED = """
        if request.headers.get("x-internal-secret") != SECRET:
            return Response(status_code=403)
        return await call_next(request)
"""
LISTED = """
        if request.url.path in OPEN or request.url.path.startswith("/reports"):
            return await call_next(request)
        if not await self.verify_token(request):
            return JSONResponse({}, 401)
        return await call_next(request)
"""
BELOW = """
        if request.url.path.startswith("/tasks"):
            if not read_session(request):
                return JSONResponse({}, status_code=401)
        return await call_next(request)
"""
HELPED = """
        token = request.headers.get("Authorization")
        if request.method == "OPTIONS" and not token:
            return await call_next(request)
        if not token or not verify_token(token):
            return refuse("no token")
        return await call_next(request)

def refuse(reason):
    return JSONResponse({"detail": reason}, status_code=401)
"""
LAST = """
        kept = request.cookies.get("session")
        if kept is not None:
            found = await lookup_session(kept)
            if found:
                request.state.user = found.user
                return await call_next(request)
        return PlainTextResponse("Unauthorized", HTTPStatus.UNAUTHORIZED)
"""
PASSED_ON = """
        if request.url.path in OPEN:
            return await call_next(request)
        try:
            caller = authenticate(request.headers)
        except Exception as error:
            if hasattr(error, "status_code"):
                return JSONResponse({}, status_code=getattr(error, "status_code"))
            return JSONResponse({}, status_code=500)
        request.state.caller = caller
        return await call_next(request)

def authenticate(headers):
    return signed(headers.get("x-signature"))

def signed(signature):
    if not signature or not hmac.compare_digest(signature, expected()):
        raise HTTPException(401)
"""
STATE = """
        request.state.user = await load_user(request.headers.get("Authorization"))
        return await call_next(request)
"""
OPTIONAL = """
        token = request.headers.get("Authorization")
        if token:
            try:
                request.state.user = jwt.decode(token, KEY, algorithms=["HS256"])
            except JWTError:
                return JSONResponse({}, status_code=401)
        return await call_next(request)
"""
PASSED = """
        token = request.headers.get("Authorization")
        if not token:
            return await call_next(request)
        if not verify_token(token):
            return JSONResponse({}, status_code=401)
        return await call_next(request)
"""
FORGOTTEN = """
        token = request.headers.get("Authorization")
        if token is None:
            return JSONResponse({}, status_code=401)
        try:
            request.state.user = verify_token(token)
        except JWTError:
            request.state.user = None
        return await call_next(request)
"""
FORGERY = """
        if request.headers.get("x-csrf-token") != request.cookies.get("csrf"):
            return JSONResponse({}, status_code=403)
        return await call_next(request)
"""
LIMITER = """
        if self.count(request.client.host) > 10:
            return JSONResponse({}, status_code=429)
        return await call_next(request)
"""
ASGI = """
class Wall:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        if not await lookup_session(headers.get(b"cookie")):
            return await send({"type": "http.response.start", "status": 401, "headers": []})
        await self.app(scope, receive, send)
"""
CLOSURE = """
def wall(app):
    async def guarded(scope, receive, send):
        if not check_signature(scope["headers"]):
            await JSONResponse({}, status_code=401)(scope, receive, send)
            return
        await app(scope, receive, send)
    return guarded
"""


def open_routes(main: str, wall: str = "") -> set[str]:
    facts = Facts(sort_texts({"main.py": HEAD + main, "wall.py": wall}))
    return {f.message.split()[1] for f in findings_in(facts, ["unprotected-endpoint"])}


ALL = {"/tasks/{task_id}", "/reports/{report_id}"}
ADDED = "app = FastAPI()\napp.add_middleware(Wall)\n" + ROUTES


@pytest.mark.parametrize(
    ("body", "unprotected"),
    [
        (SESSION, set()),
        (SIGNED, set()),
        (SHARED, set()),
        (HELPED, set()),
        (LAST, set()),
        (PASSED_ON, set()),
        (LISTED, {"/reports/{report_id}"}),
        (BELOW, {"/reports/{report_id}"}),
        (STATE, ALL),
        (OPTIONAL, ALL),
        (PASSED, ALL),
        (FORGOTTEN, ALL),
        (FORGERY, ALL),
        (LIMITER, ALL),
    ],
)
def test_a_middleware_protects_what_it_refuses(body: str, unprotected: set[str]) -> None:
    assert open_routes(ADDED, CLASS.replace("{body}", body)) == unprotected
    function = (
        "app = FastAPI()\n@app.middleware('http')\nasync def wall(request, call_next):\n" + body
    )
    assert open_routes(function.replace("self.", "") + ROUTES) == unprotected


@pytest.mark.parametrize(
    ("main", "wall"),
    [
        (ADDED, ASGI),
        ("app = FastAPI(middleware=[Middleware(Wall)])\n" + ROUTES, ASGI),
        ("app = FastAPI()\n" + ROUTES + "\nserved = Wall(app)\n", ASGI),
        ("app = FastAPI()\n" + ROUTES + "\nserved = wall(app)\n", CLOSURE),
        (
            "app = FastAPI()\ninstall(app)\n" + ROUTES,
            ASGI + "\ndef install(api):\n    api.add_middleware(Wall)\n",
        ),
        (
            "app = FastAPI()\n" + ROUTES,
            "from main import app\n" + ASGI + "\napp.add_middleware(Wall)\n",
        ),
    ],
)
def test_a_wall_protects_however_it_is_installed(main: str, wall: str) -> None:
    assert open_routes(main, wall) == set()


def test_a_wall_protects_its_own_application_alone() -> None:
    main = "app = FastAPI()\nother = FastAPI()\nother.add_middleware(Wall)\n" + ROUTES
    assert open_routes(main, ASGI) == ALL


def test_a_wall_protects_the_applications_mounted_behind_it() -> None:
    main = (
        "app = FastAPI()\nouter = FastAPI()\nouter.mount('/v1', app)\nouter.add_middleware(Wall)\n"
    )
    assert open_routes(main + ROUTES, ASGI) == set()


def test_a_middleware_of_requests_does_not_see_sockets() -> None:
    socket = (
        '\n@app.websocket("/feed")\nasync def feed(socket: WebSocket, db=Depends(get_db)):\n'
        "    await db.get(1)\n"
    )
    assert open_routes(ADDED + socket, CLASS.replace("{body}", SESSION)) == {"/feed"}
    assert open_routes(ADDED + socket, ASGI) == set()
