import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Call
from authpact.review._routes import Route
from authpact.review._rows import is_own_key
from authpact.review._rule import Case, Hit, Rule, at

_FETCH: Final = re.compile(
    r"\.get\(\s*\w+\s*,\s*(\w+)\s*\)|\w+\.id\s*==\s*(\w+)|filter_by\(\s*id\s*=\s*(\w+)|find_one\(\s*\{[^}]*:\s*(\w+)"
)
_AROUND: Final = 200
_PLAIN: Final = re.compile(r"^(?:\w+_id|id|db|session|conn\w*|[\"'\d].*)$")
_COLUMN: Final = re.compile(
    r"^\s+(?:user_?id|owner\w*|author_id|created_by|account_id)\b", re.MULTILINE | re.IGNORECASE
)
_OWNED: Final = re.compile(
    r"user_?id|owner|created_by|author|tenant|\borg|practice|account_id|current_user|principal|user\.id|claims|role|admin",
    re.IGNORECASE,
)


_ASKED: Final = re.compile(r"user|owner|account|tenant|role|admin|token|secret|key", re.IGNORECASE)
_REQUEST: Final = re.compile(
    r"\b(?:data|body|payload|request|req)\w*\.(?:user_?id|owner\w*|headers|cookies|query_params|state)",
    re.IGNORECASE,
)


def _fetched(facts: Facts, route: Route) -> Iterator[str]:
    """Yield the parameters by which the handler fetches a row that has an owner, or is a user."""
    parameters = {p.name for p in route.function.parameters}
    for found in _FETCH.finditer(route.function.text):
        name = next((g for g in found.groups() if g), "")
        if name not in parameters or name == "current_user":
            continue
        before = route.function.text[max(0, found.start() - _AROUND) : found.end()]
        models = set(re.findall(r"\b[A-Z]\w+", found[0])) or set(
            re.findall(r"\b[A-Z]\w+", before.rpartition("(")[0])[-1:]
        )
        known = [facts.project.classes[m][1] for m in models if m in facts.project.classes]
        if name == "user_id":
            known = known if is_own_key(route.function.text, name) else []
        elif not any(_COLUMN.search(k.text) for k in known):
            known = []
        if known:
            yield name


def _compares(facts: Facts, route: Route) -> bool:
    """Whether the handler, or what it hands the caller to, looks at an owner."""
    body = route.function.text.partition(":\n")[2]
    if route.principal and re.search(rf"\b{route.principal}\b", body):
        return True
    if _OWNED.search(body):
        return True
    for call in route.module.calls_in(route.function):
        found = facts.project.callee(route.module, call)
        if found is not None and _OWNED.search(found[1].text) and not _is_told_nothing(call):
            return True
    return False


def _is_told_nothing(call: Call) -> bool:
    """Whether a plain function of the tree is given ids and sessions alone."""
    plain = "." not in call.name and "verif" not in call.name and "check" not in call.name
    return plain and all(_PLAIN.match(a.text) for a in call.arguments)


def _is_anonymous(route: Route, name: str) -> bool:
    """Whether a handler without authentication is told nothing but the id."""
    if any(p.name != name and _ASKED.search(p.name) for p in route.function.parameters):
        return False
    return not _REQUEST.search(route.function.text) and not route.shadow


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that fetch an object by its id and never look at its owner."""
    for route in facts.routes:
        name = next(_fetched(facts, route), "") if route.reachable else ""
        if not name:
            continue
        if route.protected and (name == "user_id" or _compares(facts, route)):
            continue
        if route.protected or _is_anonymous(route, name):
            message = "An object is fetched by its id alone; its owner is not compared."
            yield at(route.module, route.function, message)


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

class Parcel(Base):
    id: int
    owner: str

@app.post("/parcels/{parcel_id}/open")
def opened(parcel_id: int, db=Depends(get_db)):
    parcel = db.query(Parcel).filter(Parcel.id == parcel_id).first()
    parcel.opened = True
    db.commit()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class User(Base):
    id: str
    email: str

@app.get("/people/{user_id}")
def person(user_id: str, db=Depends(get_db)):
    user = db.query(User).filter(User.id == user_id).first()
    return {"id": user.id, "email": user.email}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Task(Base):
    id: int
    user_id: str

def remind(task_id):
    with Session(engine) as db:
        task = db.get(Task, task_id)
        db.add(Notice(user_id=task.user_id))

@app.post("/reminders")
def trigger(task_id: int, db=Depends(get_db), current=Depends(get_current_user)):
    if not db.get(Task, task_id):
        raise HTTPException(404)
    remind(task_id)
"""
            }
        ),
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
    user_id: str

def touch(task, request):
    if task.user_id != request.state.subject:
        raise HTTPException(404)

@app.post("/tasks/{task_id}/touch")
def touched(task_id: int, request: Request, caller=Depends(get_current_user), db=Depends(get_db)):
    touch(db.get(Task, task_id), request)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Task(Base):
    id: int
    user_id: str

@app.get("/tasks/{task_id}")
def task(task_id: int, user_id: str, db=Depends(get_db)):
    return db.scalars(select(Task).where(Task.id == task_id, Task.user_id == user_id)).first()
"""
            }
        ),
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
