from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts

_SIGN_IN: Final = frozenset({"auth", "oauth", "login"})
"""Paths of an own sign-in, which no contract documents."""
_BASES: Final = frozenset({"api", "v1"})


def _doubled(parts: list[str]) -> str:
    """Return what stands twice in a row, or a base that begins again; collections may nest."""
    for length in range(1, len(parts) // 2 + 1):
        for start in range(len(parts) - 2 * length + 1):
            first = parts[start : start + length]
            if first == parts[start + length : start + 2 * length] and first[0] not in _SIGN_IN:
                return first[0]
    return next((p for p in parts if p in _BASES and parts.count(p) > 1), "")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routers whose prefix doubles a segment of their own paths."""
    seen: set[str] = set()
    for route in facts.routes:
        for path in route.paths:
            parts = [p for p in path.split("/") if p and not p.startswith("{")]
            doubled = _doubled(parts)
            if doubled and route.module.path not in seen:
                seen.add(route.module.path)
                yield at(
                    route.declared or route.module,
                    route.decorator,
                    f"{path} names {doubled} twice.",
                )


RULE = Rule(
    requirement="access:documented",
    category="endpoint-path-deviation",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A prefix doubles a part of the path.",
    why="The path differs from what is documented, so rules and clients written for it miss.",
    remedy="Give the name once: in the prefix or in the path.",
    check=check,
    flagged=(
        Case(
            {
                "config.py": """\
class Settings(BaseSettings):
    API_PREFIX: str = "/api/tasks"
""",
                "main.py": """\
from fastapi import FastAPI, APIRouter, Depends
from config import settings

router = APIRouter()

@router.get("/{user_id}/tasks")
def tasks(user_id: str, user=Depends(get_current_user)):
    return user_id == user.id

app = FastAPI()
app.include_router(router, prefix=settings.API_PREFIX)
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, APIRouter, Depends

router = APIRouter(prefix="/tasks")

@router.get("/{user_id}/tasks")
def tasks(user_id: str, user=Depends(get_current_user)):
    return user_id == user.id

app = FastAPI()
app.include_router(router)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, APIRouter, Depends

router = APIRouter(prefix="/parcels")

@router.get("/totals/by-street/parcels")
def parcels(user=Depends(get_current_user)):
    return rows(user.id)

app = FastAPI()
app.include_router(router)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, APIRouter

router = APIRouter(prefix="/auth")

@router.post("/signup")
def sign_up(data: SignUp):
    return register(data)

app = FastAPI()
app.include_router(router, prefix="/api/auth")
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, APIRouter, Depends

router = APIRouter()

@router.get("/{user_id}/tasks")
def tasks(user_id: str, user=Depends(get_current_user)):
    return user_id == user.id

app = FastAPI()
app.include_router(router, prefix="/api")
"""
            }
        ),
    ),
)
