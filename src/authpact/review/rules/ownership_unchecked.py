from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._fetches import is_fetched_alone


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that fetch an object by its id and never look at its owner."""
    for route in facts.routes:
        if is_fetched_alone(facts.project, route):
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
from fastapi import FastAPI

try:
    from kites import router
except ImportError:
    router = None

app = FastAPI()
if router:
    app.include_router(router)
""",
                "kites.py": """\
from fastapi import APIRouter, Depends

router = APIRouter()

class Kite(Base):
    id: int
    owner: str

@router.get("/kites/{kite_id}")
def kite(kite_id: int, user=Depends(get_current_user), db=Depends(get_db)):
    return db.get(Kite, kite_id)
""",
            }
        ),
        Case(
            {
                "main.py": """\
import importlib.util
from fastapi import FastAPI

spec = importlib.util.spec_from_file_location("sky", Path(__file__).parent / "sky.py")
sky = importlib.util.module_from_spec(spec)
app = FastAPI()
app.include_router(sky.router)
""",
                "sky.py": """\
from fastapi import APIRouter, Depends

router = APIRouter()

class Kite(Base):
    id: int
    owner: str

@router.get("/kites/{kite_id}")
def kite(kite_id: int, user=Depends(get_current_user), db=Depends(get_db)):
    return db.get(Kite, kite_id)
""",
            }
        ),
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
