import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._routes import Route
from authpact.review._rule import Case, Hit, Rule, at

_PUBLIC: Final = re.compile(
    r"(?:^|[/_-])(?:health\w*|healthz|ping|ready|readiness|live|liveness|livez|readyz|version|status|metrics|info|docs|openapi|root"
    r"|login|log-in|signin|sign-in|sign_in|signup|sign-up|sign_up|register|logout|sign-out|signout|sign_out|refresh|token|jwks|forgot\w*|recover\w*|reset\w*"
    r"|verify|verify-email|confirm\w*|callback|oauth\w*|authorize|webhooks?|leads?|contact|newsletter|waitlist|subscribe|demo|sample\w*"
    r"|static|favicon\w*|well-known|config|pricing|plans|public|landing|debug\w*|test\w*|csrf|session|get-session|me|unsubscribe|diagnos\w*)(?:$|[/_.-])",
    re.IGNORECASE,
)
_STATE: Final = re.compile(
    r"session|\bdb\b|Depends\(|request|await |\.query|\.execute|\.get\(|\.add\(|_service|\.\w+\(",
    re.IGNORECASE,
)
_RELAYS: Final = re.compile(
    r"Authorization[\"']?\s*[:\]]\s*(?:=\s*)?f?[\"'](?:Bearer)?|auth_token|user_token|headers=",
    re.IGNORECASE,
)
_STRANGER: Final = re.compile(r"user_?id|owner|delete|remove", re.IGNORECASE)


def _is_public(route: Route) -> bool:
    path = route.paths[0]
    if path in {"/", "/api", "/api/v1", "/api/"} or route.method in {"options", "head"}:
        return True
    if _PUBLIC.search(path) or re.search(r"/auth(?:/|$)", path):
        return True
    return _is_static(route)


def _is_static(route: Route) -> bool:
    """Whether a GET answers the same to everybody: no parameter, no store, no call but literals."""
    if route.method != "get" or route.function.parameters:
        return False
    body = route.function.text.partition(":\n")[2]
    return not re.search(
        r"await |session|\bdb\b|\.query|\.execute|Service|_store|tracker|repository|select\(", body
    )


def _relays(route: Route) -> bool:
    """Whether the handler only passes the caller's credential on to another service."""
    text = route.function.text
    return bool(
        re.search(r"httpx|AsyncClient|requests\.", text)
        and re.search(r"[\"']Authorization[\"']\s*:|headers\s*=", text)
    )


def _severity(route: Route, *, others_protected: bool) -> Severity:
    text = f"{route.path} {' '.join(p.name for p in route.function.parameters)}"
    if others_protected is False and not _STRANGER.search(text):
        return Severity.MEDIUM
    names_user = re.search(r"\{\w*user_?id\w*\}", route.path)
    return Severity.CRITICAL if names_user else Severity.MEDIUM


def check(facts: Facts) -> Iterator[Hit]:
    """Yield operations that anybody may call."""
    protected = any(r.protected for r in facts.routes)
    for route in facts.routes:
        if route.protected or not route.reachable or _is_public(route) or _relays(route):
            continue
        method = route.method.upper()
        yield at(
            route.module,
            route.function,
            f"{method} {route.paths[0]} answers without a token.",
            _severity(route, others_protected=protected),
        )


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
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/{user_id}/tasks")
def tasks(user_id: str, db=Depends(get_db)):
    return db.query(user_id)
"""
            }
        ),
    ),
    accepted=(
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
