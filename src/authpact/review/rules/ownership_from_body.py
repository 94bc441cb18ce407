import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._bodies import has_token, is_settled, models, named, splat
from authpact.review.facts._facts import Facts
from authpact.review.facts._judged import refused_by_callee
from authpact.review.facts._logs import LOGGED
from authpact.review.facts._routes import Route
from authpact.review.facts._rows import PERSON_ID, PRIVILEGED, is_only_an_id

_FIELD: Final = r"(?:user_?[iI]d|owner_?[iI]d|creator_?[iI]d|created_?[bB]y)"


def _field(facts: Facts, route: Route, text: str) -> str:
    """Return what the owner is called in bodies of a route: as usual, or by the word of this tree."""
    words = [_FIELD, *(rf"{o}\b" for o in sorted(facts.owners))]
    body = text.partition(":\n")[2]
    if route.principal and not re.search(rf"(?<![\w.]){re.escape(route.principal)}\b", body):
        for annotation in models(route).values():
            model = facts.project.classes.get(annotation)
            written = (
                re.findall(rf"^\s+({PERSON_ID})\s*:\s*(?:str|UUID)\b", model[1].text, re.MULTILINE)
                if model
                else []
            )
            words += [rf"{n}\b" for n in written if is_only_an_id(facts.project, n)]
    return f"(?:{'|'.join(words)})"


def _taken(facts: Facts, route: Route) -> tuple[int, str] | None:
    """Return the line and the text where the owner comes from the body, unless it is checked."""
    text = LOGGED.sub("", route.function.text)
    field = _field(facts, route, text)
    for name, read in named(route, text, field):
        found = re.search(read, text)
        if found is None or has_token(text, name) or is_settled(text, name, read, field):
            continue
        if not refused_by_callee(facts.project, route, read):
            return text.count("\n", 0, found.start()), found[0]
    whole = splat(facts.project, route, text)
    return (text.count("\n", 0, whole.start()), whole[0]) if whole else None


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes that give an object the owner that the body names."""
    for route in facts.routes:
        if not route.reachable or PRIVILEGED.search(route.function.text):
            continue
        found = _taken(facts, route)
        if found:
            yield at(
                route.module,
                route.function.line + found[0],
                f"The owner is {found[1]}, which the caller writes.",
            )


_POURED: Final = """\
from fastapi import FastAPI, Depends, Body

app = FastAPI()

class Parcel(Base):
    owner_id: str

@app.put("/parcels/{key}")
def change(key: int, given: dict = Body(...), user=Depends(get_current_user)):
    db.execute(update(Parcel).where(Parcel.id == key, Parcel.owner_id == user.id).values(**given))
"""

RULE = Rule(
    requirement="ownership:owner-from-token",
    category="ownership-trusts-client-user-id",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The owner of a new object comes from the body.",
    why="Every signed-in user writes objects into the account of any other.",
    remedy="Set the owner from the token and leave the field out of the model.",
    check=check,
    flagged=(
        Case({"main.py": _POURED}),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Letter(BaseModel):
    writer: str
    text: str

@app.get("/letters")
def mine(sub=Depends(get_current_user), db=Depends(get_pool)):
    return db.fetch("SELECT text FROM letters WHERE writer = $1", sub)

@app.post("/letters", dependencies=[Depends(get_current_user)])
def make(letter: Letter, db=Depends(get_pool)):
    db.execute("INSERT INTO letters (writer, text) VALUES ($1, $2)", letter.writer, letter.text)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Question(BaseModel):
    learner: str
    text: str

@app.post("/tutor")
def ask(question: Question, user=Depends(get_current_user)):
    log.info("asked by %s", user.id)
    return tutor.run(question.text, memory=Memory(question.learner))
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/tasks")
def make(task: TaskCreate, user=Depends(get_current_user)):
    return Task(title=task.title, user_id=task.user_id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/tasks")
async def make(request: Request, user=Depends(get_current_user)):
    data = await request.json()
    return await service.create(data["user_id"], data["title"])
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/tasks")
def make(task: TaskCreate, db=Depends(get_db)):
    return service.create(db, task.user_id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class TaskCreate(BaseModel):
    title: str
    user_id: str

@app.post("/tasks")
def make(task: TaskCreate, user=Depends(get_current_user)):
    return save(Task(**task.model_dump()))
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/rooms")
def make(room: RoomCreate, user=Depends(get_current_user)):
    return Room(name=room.name, created_by=room.created_by)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": _POURED.replace(
                    "    db.exe", "    given.pop('owner_id', None)\n    db.exe"
                )
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/arrived")
async def arrived(said: Said):
    who = said.user_id
    logger.info("arrived", extra={"who": who})
    return {"status": "SUCCESS"}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from identity import resolve_user

app = FastAPI()

@app.post("/imports")
def begin(wanted: ImportRequest, db=Depends(get_db)):
    user_id = resolve_user(wanted.user_id)
    return Import(user_id=user_id)
""",
                "identity.py": """\
def resolve_user(user_id: str | None = None) -> str:
    known = request_user()
    if user_id and user_id != known:
        raise HTTPException(status_code=403, detail="not yours")
    return known
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/topics/tasks")
async def arrived(event: dict):
    return await audit.write(event.get("user_id"), event.get("kind"))
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/chat")
async def chat(said: Said):
    return await answer(said.text, user_id=said.user_id, token=said.access_token)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/tasks")
def make(task: TaskCreate, user=Depends(get_current_user)):
    return Task(title=task.title, user_id=user.id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/tasks")
def make(task: TaskCreate, user=Depends(get_current_user)):
    task.user_id = user.id
    return service.create(task.user_id, task)
"""
            }
        ),
    ),
)
