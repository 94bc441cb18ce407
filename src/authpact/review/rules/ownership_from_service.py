import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import LOGGED
from authpact.review.facts._routes import Route
from authpact.review.facts._rows import PRIVILEGED
from authpact.review.source._model import Call

_FIELD: Final = r"(?:user_?id|owner_?id|creator_?id|created_?by)"


def _bodies(route: Route) -> set[str]:
    """Return the parameters that FastAPI fills from the body."""
    return {
        p.name
        for p in route.function.parameters
        if re.match(r"[A-Z]\w*$", p.annotation)
        and p.name not in {route.principal, "request", "db", "session"}
        and "Depends" not in p.default
    }


def _knows_caller(route: Route, call: Call) -> bool:
    """Whether the call, or the object that it is made on, was given the caller."""
    caller = rf"(?<![\w.]){re.escape(route.principal)}\b"
    text = route.module.code.encode()[call.start : call.end].decode(errors="ignore")
    if re.search(caller, text):
        return True
    root = re.match(r"\w+", call.name)
    made = root and re.search(rf"\b{root[0]}\s*=\s*([^\n]*)", route.function.text)
    return bool(made and re.search(caller, made[1]))


def _parameter(call: Call, body: str, names: list[str]) -> str:
    """Return under which name the called function knows the whole body, empty when it does not."""
    for position, argument in enumerate(call.arguments):
        if argument.text.strip() == body:
            return argument.name or (names[position] if position < len(names) else "")
    return ""


def _reads(text: str, parameter: str) -> re.Match[str] | None:
    """Return where a function takes the owner from a body that nothing compares."""
    read = rf"(?<![\w.]){re.escape(parameter)}\.{_FIELD}\b"
    if re.search(
        rf"{read}\)?\s*(?:!=|==\s*(?!None))|(?<!\w\.)\b\w+\.id\s*!=\s*{read}|{read}\s*=[^=]", text
    ):
        return None
    return re.search(read, LOGGED.sub("", text))


def _in_route(facts: Facts, route: Route) -> Iterator[Hit]:
    text = route.function.text
    for body in _bodies(route):
        if re.search(rf"(?<![\w.]){body}\.{_FIELD}\b", LOGGED.sub("", text)):
            continue  # the route itself looks at it; another rule judges that
        for call in route.module.calls_in(route.function):
            found = facts.project.callee(route.module, call)
            if found is None or _knows_caller(route, call):
                continue
            names = [p.name for p in found[1].parameters if p.name not in {"self", "cls"}]
            parameter = _parameter(call, body, names)
            taken = _reads(found[1].text, parameter) if parameter else None
            if taken and not PRIVILEGED.search(found[1].text):
                message = f"The owner is {taken[0]}, which the caller writes."
                yield at(route.module, call, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes that hand a body on to a function which takes the owner from it."""
    for route in facts.routes:
        if route.reachable and route.principal and not PRIVILEGED.search(route.function.text):
            yield from _in_route(facts, route)


RULE = Rule(
    requirement="ownership:owner-from-token",
    category="ownership-trusts-client-user-id",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A service takes the owner from the body.",
    why="The caller is authenticated, but the service is never told who it is: it acts for whom the body names.",
    remedy="Give the service the owner from the token, and leave the field out of the model.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from service import make_task

app = FastAPI()

@app.post("/tasks")
def make(data: TaskCreate, user=Depends(get_current_user), db=Depends(get_db)):
    count_for(user.id)
    return make_task(db, data)
""",
                "service.py": """\
def make_task(db, payload):
    owner = db.get(User, payload.user_id)
    db.add(Task(title=payload.title, owner=owner))
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from service import Rooms

app = FastAPI()

@app.post("/rooms")
def make(data: RoomCreate, user=Depends(get_current_user), db=Depends(get_db)):
    return Rooms(db).open_room(data)
""",
                "service.py": """\
class Rooms:
    def __init__(self, db):
        self.db = db

    def open_room(self, room):
        if room.creator_id:
            self.db.add(Room(host=room.creator_id))
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from service import make_task

app = FastAPI()

@app.post("/tasks")
def make(data: TaskCreate, user=Depends(get_current_user), db=Depends(get_db)):
    return make_task(db, data, user.id)
""",
                "service.py": """\
def make_task(db, payload, caller):
    db.add(Task(title=payload.title, owner=payload.user_id or caller))
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from service import Rooms

app = FastAPI()

@app.post("/rooms")
def make(data: RoomCreate, user=Depends(get_current_user), db=Depends(get_db)):
    rooms = Rooms(db, user)
    return rooms.open_room(data)
""",
                "service.py": """\
class Rooms:
    def open_room(self, room):
        self.db.add(Room(host=room.creator_id))
""",
            }
        ),
    ),
)
