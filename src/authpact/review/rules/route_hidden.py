from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._shadows import Entry, shadows
from authpact.review.source._pattern import lazy

_ALIVE: Final = lazy(r"(?:health\w*|ping|ready|readyz|live|livez|version|status)/?$")
"""A second answer to whether the service runs protects nothing, reached or not."""


def _in_file(facts: Facts) -> dict[int, str]:
    """Return the routes that are hidden within their own router, included or not."""
    return shadows(
        Entry(
            (
                (r.declared or r.module).path,
                f"{r.decorator.name.rpartition('.')[0]}@{r.function.parent}",
                r.method,
            ),
            r.path,
            (r.decorator.line,),
            i,
        )
        for i, r in enumerate(facts.routes)
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes behind an earlier one that matches the same path."""
    hidden = _in_file(facts)
    for index, route in enumerate(facts.routes):
        before = hidden.get(index) or route.shadow
        if before and (route.protected or not _ALIVE.search(route.path)):
            path = route.path if index in hidden else route.paths[0]
            yield at(
                route.module, route.function, f"{path} is never reached: {before} stands before it."
            )


RULE = Rule(
    requirement="access:documented",
    category="route-shadowed",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A route can never be reached.",
    why="FastAPI takes the first match; the rule that was written for this path is never applied.",
    remedy="Declare fixed paths before those with parameters.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
import boats, charts

app = FastAPI()
app.include_router(boats.router)
app.include_router(charts.router)
""",
                "boats.py": """\
from fastapi import APIRouter

router = APIRouter(prefix="/boats")

@router.get("/{part:path}")
def boat(part: str):
    return part
""",
                "charts.py": """\
from fastapi import APIRouter

router = APIRouter()

@router.get("/boats/charts/all")
def charts():
    return 2
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/{task_id}")
def task(task_id: int, user=Depends(get_current_user)):
    return 1

@app.get("/profile")
def profile(user=Depends(get_current_user)):
    return 2
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
from items import router

app = FastAPI()
app.include_router(router, prefix="/api")

@app.get("/api/items/{item_id}")
def item(item_id: int):
    return 2
""",
                "items.py": """\
from fastapi import APIRouter

router = APIRouter(prefix="/items")

@router.get("/{key}")
def read(key: str):
    return 1
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/{owner}/boats/{boat_id}")
def boat(owner: str, boat_id: int):
    return 1

@app.get("/{owner}/boats/newest")
def newest(owner: str):
    return 2
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
import boats, charts

app = FastAPI()
app.include_router(charts.router)
app.include_router(boats.router)
""",
                "boats.py": """\
from fastapi import APIRouter

router = APIRouter(prefix="/boats")

@router.get("/{part:path}")
def boat(part: str):
    return part
""",
                "charts.py": """\
from fastapi import APIRouter

router = APIRouter()

@router.get("/boats/charts/all")
def charts():
    return 2
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
from boats import router

app = FastAPI()

@app.get("/health")
def health():
    return 1

@app.get("/health")
def health_too():
    return 1

app.include_router(router, prefix="/api")
""",
                "boats.py": """\
from fastapi import APIRouter

router = APIRouter(prefix="/boats")

@router.get("")
def boats():
    return 1

@router.get("/")
def boats_too():
    return 1

@router.get("/{boat_id}/crew")
def crew(boat_id: int):
    return 2

@router.get("/{boat_id}/crew/")
def crew_too(boat_id: int):
    return 2

@router.get("/{boat_id}/{rest:path}")
def anything(boat_id: int, rest: str):
    return 3
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
from items import router

app = FastAPI()

@app.post("/api/items/{item_id}")
def change(item_id: int):
    return 1

@app.get("/api/items/{item_id}/parts")
def parts(item_id: int):
    return 2

app.include_router(router, prefix="/api")
""",
                "items.py": """\
from fastapi import APIRouter

router = APIRouter(prefix="/items")

@router.get("/{key:int}")
def read(key: int):
    return 1

@router.get("")
def every():
    return 2

@router.get("/latest")
def latest():
    return 2
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/profile")
def profile(user=Depends(get_current_user)):
    return 2

@app.get("/{task_id}")
def task(task_id: int, user=Depends(get_current_user)):
    return 1
"""
            }
        ),
    ),
)
