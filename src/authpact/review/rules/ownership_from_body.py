import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._judged import refused_by_callee
from authpact.review.facts._logs import LOGGED
from authpact.review.facts._routes import Route
from authpact.review.facts._rows import PERSON_ID, PRIVILEGED, is_only_an_id

_FIELD: Final = r"(?:user_?[iI]d|owner_?[iI]d|creator_?[iI]d|created_?[bB]y)"
_INJECTED: Final = frozenset(
    {"Request", "Response", "Session", "AsyncSession", "WebSocket", "BackgroundTasks", "UploadFile"}
)
_PUBLISHED: Final = re.compile(r"(?:cloud_?)?event$|envelope$")
_SPLAT: Final = r"\*\*\s*%s\.(?:model_dump|dict)\(\s*(?:exclude_\w+=\w+\s*)?\)"
_CREDENTIAL: Final = r"(?:auth|access|id|bearer|session|jwt)_?token|token|jwt|bearer"
_HAS_OWNER: Final = re.compile(r"^\s+(?:user_id|owner_id|creator_id|created_by)\s*:", re.MULTILINE)


def _models(route: Route) -> dict[str, str]:
    """Return the parameters that FastAPI fills from the body, and their annotations."""
    return {
        p.name: p.annotation
        for p in route.function.parameters
        if re.match(r"[A-Z]\w*$|(?:dict|Dict)\b", p.annotation)
        and p.name != route.principal
        and "Depends" not in p.default + p.annotation
        and "Security" not in p.default
        and p.annotation not in _INJECTED
        and not _PUBLISHED.match(p.name)  # a broker sends it, and no user
    }


def _field(facts: Facts, route: Route, text: str) -> str:
    """Return what the owner is called in bodies of a route: as usual, or by the word of this tree."""
    words = [_FIELD, *(rf"{o}\b" for o in sorted(facts.owners))]
    body = text.partition(":\n")[2]
    if route.principal and not re.search(rf"(?<![\w.]){re.escape(route.principal)}\b", body):
        for annotation in _models(route).values():
            model = facts.project.classes.get(annotation)
            named = (
                re.findall(rf"^\s+({PERSON_ID})\s*:\s*(?:str|UUID)\b", model[1].text, re.MULTILINE)
                if model
                else []
            )
            words += [rf"{n}\b" for n in named if is_only_an_id(facts.project, n)]
    return f"(?:{'|'.join(words)})"


def _named(route: Route, text: str, field: str) -> Iterator[tuple[str, str]]:
    """Yield the names that hold a body, and how a field is read from them."""
    for name, annotation in _models(route).items():
        is_dict = annotation.lower().startswith("dict")
        read = rf"(?:\.get\(|\[)\s*[\"']{field}[\"']" if is_dict else rf"\.{field}\b"
        yield name, rf"(?<![\w.]){re.escape(name)}{read}"
    for name in re.findall(r"\b(\w+)\s*=\s*await\s+\w+\.(?:json|form)\(\)", text):
        yield name, rf"(?<![\w.]){re.escape(name)}(?:\.get\(|\[)\s*[\"']{field}[\"']"


def _splat(facts: Facts, route: Route, text: str) -> re.Match[str] | None:
    """Return where a body with an owner is written into a row as it is."""
    for name, annotation in _models(route).items():
        model = facts.project.classes.get(annotation)
        if model is None or not _HAS_OWNER.search(model[1].text):
            continue
        found = re.search(r"\b[A-Z]\w+\(\s*" + _SPLAT % re.escape(name) + r"\s*\)", text)
        if found:
            return found
    return None


def _has_token(text: str, name: str) -> bool:
    """Whether the body brings the caller's token too: who gets it decides whose data it is."""
    return bool(
        re.search(
            rf"(?<![\w.]){re.escape(name)}(?:\.|\.get\(\s*[\"']|\[[\"'])(?:{_CREDENTIAL})\b", text
        )
    )


def _taken(facts: Facts, route: Route) -> tuple[int, str] | None:
    """Return the line and the text where the owner comes from the body, unless it is checked."""
    text = LOGGED.sub("", route.function.text)
    field = _field(facts, route, text)
    for name, read in _named(route, text, field):
        found = re.search(read, text)
        if found is None or _has_token(text, name):
            continue
        tail = r"[^\n=]{0,12}"
        compared = re.search(rf"{read}{tail}(?:!=|==)|(?:!=|==)\s*(?:str\()?{read}", text)
        replaced = re.search(
            rf"\b{re.escape(name)}(?:\.{field}|\[[\"']{field}[\"']\])\s*=[^=]", text
        )
        local = re.search(rf"\b(\w+)\s*=\s*{read}", text)
        is_checked = local and re.search(
            rf"\b{local[1]}\b\s*(?:!=|==)|(?:!=|==)\s*{local[1]}\b", text
        )
        if not (compared or replaced or is_checked) and not refused_by_callee(
            facts.project, route, read
        ):
            return text.count("\n", 0, found.start()), found[0]
    whole = _splat(facts, route, text)
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
