import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._public import is_public
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_OWN_KEY: Final = lazy(r"settings|os\.|api_?key|config\.", re.IGNORECASE)
_READS_ONLY: Final = 3


def _relays(route: Route) -> bool:
    """Whether the handler only passes the caller's credential on to another service."""
    text = route.function.text
    if re.search(r"headers\s*=\s*\w+\([^)]*token", text):
        return True
    found = re.search(r"[\"']Authorization[\"']\s*:\s*([^,}\n]*\}?[^,}\n]*)", text)
    return found is not None and not _OWN_KEY.search(found[1])


def _severity(route: Route) -> Severity:
    if re.search(r"\{\w*user_?id\w*\}", route.path):
        return Severity.CRITICAL
    changes = route.method in {"delete", "put", "patch"} and "{" in route.path
    return Severity.HIGH if changes else Severity.MEDIUM


def _reference_data(facts: Facts) -> set[str]:
    """Return the modules that only answer open data, in services that protect other routes."""
    protecting = {r.module.path.partition("/")[0] for r in facts.routes if r.protected}
    groups: dict[str, list[Route]] = {}
    for route in facts.routes:
        if not is_public(route):
            groups.setdefault(route.module.path, []).append(route)
    return {
        path
        for path, own in groups.items()
        if len(own) >= _READS_ONLY
        and path.partition("/")[0] in protecting
        and all(r.method == "get" and not r.protected and "user" not in r.path for r in own)
    }


def check(facts: Facts) -> Iterator[Hit]:
    """Yield operations that anybody may call."""
    reference = _reference_data(facts)
    for route in facts.routes:
        if route.protected or not route.reachable or route.module.path in reference:
            continue
        if route.shadow:
            continue  # its requests never arrive here
        if not is_public(route) and not _relays(route):
            message = f"{route.method.upper()} {route.paths[0]} answers without a token."
            severity = _severity(route)
            if route.declared is not None and not route.function.decorators:
                # The dependency is missing where the route is registered.
                yield at(route.declared, route.decorator, message, severity)
            else:
                yield at(route.module, route.function, message, severity)


RULE = Rule(
    requirement="access:public",
    category="unprotected-endpoint",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An operation has no authentication.",
    why="Anybody who can reach the API may call it; what its path names is whose data it answers.",
    remedy="Add the dependency that verifies the token to the router, so that later routes have it too.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/speech/session")
def speech():
    return {"ticket": Speech(api_key=os.environ["SPEECH_API_KEY"]).open().ticket}
"""
            }
        ),
        Case(
            {
                "shop/views.py": "def invoices(number: str, db=Depends(get_db)):\n    return db.get(number)\n",
                "shop/main.py": """\
from fastapi import FastAPI, Depends
from shop import views

app = FastAPI()
app.add_api_route("/invoices/{number}", views.invoices, methods=["GET", "PUT"])
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/api/auth/login-history")
def history(limit: int = 20, db=Depends(get_db)):
    return db.scalars(select(Attempt).order_by(Attempt.at.desc()).limit(limit)).all()
"""
            }
        ),
        Case(
            {
                "shop/main.py": """\
from fastapi import FastAPI
import shop.parcels

app = FastAPI()
parcels = shop.parcels
app.include_router(parcels.router)
""",
                "shop/parcels.py": """\
from fastapi import APIRouter

router = APIRouter()

@router.post("/parcels")
def parcel(data: Parcel, db=Depends(get_db)):
    db.add(data)
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/orders/{order_id}/confirm")
def confirm(order_id: int, db=Depends(get_db)):
    db.get(Order, order_id).confirmed = True
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/{user_id}/tasks")
def tasks(user_id: str, db=Depends(get_db)):
    return db.query(user_id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

PUBLIC_PATHS = ["/health", "/reports"]
app = FastAPI()

@app.middleware("http")
async def wall(request, call_next):
    if not request.url.path.startswith(tuple(PUBLIC_PATHS)):
        if not known(request.headers.get("Authorization")):
            return JSONResponse({}, status_code=401)
    return await call_next(request)

@app.get("/reports/{report_id}")
def report(report_id: int, db=Depends(get_db)):
    return db.get(Report, report_id)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "shop/views.py": "def invoices(number: str, db=Depends(get_db)):\n    return db.get(number)\n",
                "shop/main.py": """\
from fastapi import FastAPI, Depends
from shop import views

app = FastAPI()
SIGNED_IN = [Depends(verify_token)]
app.add_api_route("/invoices/{number}", views.invoices, dependencies=SIGNED_IN)
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/password/reset/{reset_token}")
def reset(reset_token: str, db=Depends(get_db)):
    return db.query(reset_token)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/fonts/{name}")
def font(name: str):
    return FileResponse(FONTS / name, headers={"Cache-Control": "public, max-age=60"})
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
from walls import install_walls

app = FastAPI()
install_walls(app)

@app.get("/tasks")
def tasks(db=Depends(get_db)):
    return db.all()
""",
                "walls.py": """\
def install_walls(app):
    app.add_middleware(Wall)

class Wall(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if not known(request.headers.get("Authorization")):
            return JSONResponse({}, status_code=401)
        return await call_next(request)
""",
            }
        ),
        Case(
            {
                "main.py": """\
from typing import Annotated
from fastapi import FastAPI, Depends

app = FastAPI()
CurrentUser = Annotated[User, Depends(get_current_user)]

@app.get("/tasks")
def tasks(user: CurrentUser, db=Depends(get_db)):
    return db.query(user.id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, APIRouter, Depends

router = APIRouter()

@router.get("/tasks")
def tasks(db=Depends(get_db)):
    return db.all()

app = FastAPI()
app.include_router(router, dependencies=[Depends(verify_token)])
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/health")
def health():
    return {"ok": True}
"""
            }
        ),
    ),
)
