import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._routes import Route
from authpact.review._rule import Case, Hit, Rule, at

_FETCH: Final = re.compile(
    r"\.get\(\s*\w+\s*,\s*(\w+)\s*\)|\w+\.id\s*==\s*(\w+)|filter_by\(\s*id\s*=\s*(\w+)|find_one\(\s*\{[^}]*:\s*(\w+)"
)
_COLUMN: Final = re.compile(
    r"^\s+(?:user_?id|owner\w*|author_id|created_by|account_id)\b", re.MULTILINE | re.IGNORECASE
)
_OWNED: Final = re.compile(
    r"user_?id|owner|created_by|author|tenant|\borg|practice|account_id|current_user|principal|user\.id|claims|role|admin",
    re.IGNORECASE,
)


def _fetches(facts: Facts, route: Route) -> bool:
    """Whether the handler fetches, by a parameter of the request, a row that has an owner."""
    found = _FETCH.search(route.function.text)
    if not found:
        return False
    name = next((g for g in found.groups() if g), "")
    if name in {"user_id", "current_user"} or all(
        p.name != name for p in route.function.parameters
    ):
        return False
    models = {
        facts.project.classes[w]
        for w in re.findall(r"\b[A-Z]\w+", found[0])
        if w in facts.project.classes
    }
    return any(_COLUMN.search(model.text) for _, model in models)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that fetch an object by its id and never look at its owner."""
    for route in facts.routes:
        if not route.protected or not route.reachable or not _fetches(facts, route):
            continue
        body = route.function.text.partition(":\n")[2]
        if route.principal and re.search(rf"\b{route.principal}\b", body):
            continue
        if _OWNED.search(body) or any(
            _OWNED.search(f.text) for _, f in facts.project.callees(route.module, route.function)
        ):
            continue
        yield at(
            route.module,
            route.function,
            "An object is fetched by its id alone; its owner is not compared.",
        )


RULE = Rule(
    requirement="ownership:foreign-resource",
    category="missing-ownership-check",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="An object is reached without comparing its owner.",
    why="Every signed-in user can read or change the objects of all others by counting ids.",
    remedy="Select by id and owner together, with the owner from the token, and answer 404.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Task(Base):
    id: int
    owner: str

@app.get("/tasks/{task_id}")
def task(task_id: int, user=Depends(get_current_user), db=Depends(get_db)):
    return db.get(Task, task_id)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Task(Base):
    id: int
    owner: str

@app.get("/tasks/{task_id}")
def task(task_id: int, user=Depends(get_current_user), db=Depends(get_db)):
    found = db.get(Task, task_id)
    if found.owner != user.id:
        raise HTTPException(404)
    return found
"""
            }
        ),
    ),
)
