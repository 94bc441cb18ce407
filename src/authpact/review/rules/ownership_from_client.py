import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._judged import compared, is_judged
from authpact.review.facts._logs import LOGGED
from authpact.review.facts._routes import Route
from authpact.review.facts._rows import PERSON_ID, is_only_an_id, is_own_key
from authpact.review.source._pattern import lazy

_PRIVILEGED: Final = lazy(
    r"admin|superuser|staff|[Rr]equire_?[Rr]ole|RoleChecker|require_permission"
    r"|\.roles?\b|\[[\"']roles?[\"']\]|\bhas_role|\bcheck_role",
    re.IGNORECASE,
)
_OWNER: Final = lazy(r"^(?:user_?id|owner_?id|uid|username|account_id)$", re.IGNORECASE)


def _trusted(facts: Facts, route: Route, name: str) -> bool:
    """Whether a parameter chooses the owner and nothing compares it with the principal."""
    body = LOGGED.sub("", route.function.text.partition(":\n")[2] or route.function.text)
    if not re.search(rf"\b{name}\b", body) or compared(body, name):
        return False
    if is_judged(facts.project, route, name):
        return False
    return not route.principal or not re.search(rf"\b{route.principal}\b", body)


def _selects(facts: Facts, route: Route, name: str) -> bool:
    """Whether a route selects rows by the column of that name, which holds an owner."""
    if not route.protected or not (re.fullmatch(PERSON_ID, name) or name in facts.owners):
        return False
    if name not in facts.owners and not (route.principal and is_only_an_id(facts.project, name)):
        return False
    texts = [
        route.function.text,
        *(f.text for _, f in facts.project.callees(route.module, route.function)),
    ]
    asked = rf"\b[A-Z]\w*\.{name}\)?\s*==\s*{name}\b|[(,]\s*{name}\s*=\s*{name}\b|\b{name}\s*=\s*(?:\$\d|%s|\?|:{name}\b)|[\"']{name}[\"']\s*:\s*{name}\b"
    return any(re.search(asked, t) for t in texts)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes that take the owner from the request, with or without a token to compare it with."""
    for route in facts.routes:
        text = route.function.text + " ".join(route.paths)
        if not route.reachable or _PRIVILEGED.search(text):
            continue
        names = [
            p.name
            for p in route.function.parameters
            if "Depends" not in p.default + p.annotation
            and (_OWNER.match(p.name) or _selects(facts, route, p.name))
        ]
        for name in names:
            if not route.protected and is_own_key(route.function.text, name):
                continue  # the object itself; another rule names it
            if name != route.principal and _trusted(facts, route, name):
                message = f"{name} of the request is never compared with the token's subject."
                yield at(route.module, route.function, message)
                break


RULE = Rule(
    requirement="ownership:foreign-path",
    category="ownership-trusts-client-user-id",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Whose data it is, is decided by the request.",
    why="Every signed-in user reads and changes the data of any other by writing their id.",
    remedy="Take the owner from the token, and answer 403 when the path names somebody else.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/patients/{patient}/charts")
def charts(patient: str, _=Depends(get_current_user), db=Depends(get_db)):
    return db.scalars(select(Chart).where(Chart.patient == patient)).all()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/{user_id}/tasks")
def tasks(user_id: str, user=Depends(get_current_user), db=Depends(get_db)):
    return db.query(user_id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI(dependencies=[Depends(verify_token)])

@app.get("/{user_id}/threads/{thread_id}")
def thread(user_id: str, thread_id: int, db=Depends(get_db)):
    row = db.get(Thread, thread_id)
    if row.user_id != user_id:
        raise HTTPException(403)
    return {"role": "user", "text": row.text}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/sessions")
def sessions(user_id: str, db=Depends(get_db)):
    return db.query(user_id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/{user_id}/tasks")
def tasks(user_id: str, user=Depends(get_current_user), db=Depends(get_db)):
    logger.info("tasks for %s", user.id)
    return db.scalars(select(Task).where(Task.user_id == user_id)).all()
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import Depends, FastAPI

app = FastAPI(dependencies=[Depends(signed_in)])

def resolved(user_id=None):
    caller = caller_of_request()
    if user_id and user_id != caller:
        raise HTTPException(403)
    return caller

@app.post("/sorted")
def sort(items: list[str], user_id: str | None = None):
    try:
        actual = resolved(user_id)
        matcher = Matcher(owner=actual)
        audit("sorted", actual, user_id)
        return matcher.sort(items)
    except ValueError:
        raise HTTPException(400)
"""
            }
        ),
        Case(
            {
                "who.py": """\
def caller():
    found = identity.get()
    if found is None:
        raise HTTPException(401)
    return found
""",
                "main.py": """\
from fastapi import Depends, FastAPI
from who import caller

app = FastAPI(dependencies=[Depends(signed_in)])

@app.delete("/accounts/{account_id}")
def remove(account_id: str, db=Depends(get_db)):
    me = caller()
    return db.query(Account).filter(Account.id == account_id, Account.user_id == me).delete()
""",
            }
        ),
        Case(
            {
                "who.py": """\
def resolved(user_id=None):
    caller = caller_of_request()
    if user_id and user_id != caller:
        raise HTTPException(403)
    return caller
""",
                "main.py": """\
from fastapi import Depends, FastAPI
from who import resolved

app = FastAPI(dependencies=[Depends(signed_in)])

@app.get("/accounts")
def accounts(user_id: str | None = None, db=Depends(get_db)):
    user_id = resolved(user_id)
    return db.query(Account).filter(Account.user_id == user_id).all()
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Patient(Base):
    id: int

@app.get("/patients/{patient_id}/charts")
def charts(patient_id: int, _=Depends(get_current_user), db=Depends(get_db)):
    return db.scalars(select(Chart).where(Chart.patient_id == patient_id)).all()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/people/{user_id}")
def person(user_id: str, db=Depends(get_db)):
    return db.get(User, user_id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI(dependencies=[Depends(verify_token)])

@app.get("/{user_id}/tasks")
def tasks(user_id: str, request: Request, db=Depends(get_db)):
    if request.state.user_id != user_id:
        raise HTTPException(403)
    return db.scalars(select(Task).where(Task.user_id == user_id)).all()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/{user_id}/tasks")
def tasks(user_id: str, user=Depends(get_current_user), db=Depends(get_db)):
    if user.id != user_id:
        raise HTTPException(status_code=403)
    return db.query(user_id)
"""
            }
        ),
    ),
)
