import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_HASH: Final = r"(?:hashed_password|password_hash|password_digest|hashed_pw)"
_STORED: Final = lazy(
    rf"^\s+(?:{_HASH}|(?:oauth_)?(?:access|refresh)_token|api_key|client_secret|encrypted_\w+)\s*:",
    re.MULTILINE,
)
_ISSUES: Final = lazy(
    r"/(?:login|log-in|sign-?in|sign-?up|register|refresh|token|callback|session|auth|keys?|pair)(?:/|$)|oauth|token$",
    re.IGNORECASE,
)
_ANSWERED: Final = lazy(
    rf"[\"'](?:{_HASH}|access_token|refresh_token|token|api_key|client_secret)[\"']\s*:\s*"
    r"(?:\w+(?:\[[^\]\n]*\])*(?:\[[\"']\w*(?:token|secret|api_key|password)\w*[\"']\])(?:\[[^\]\n]*\])?|\w+\.(?:access_token|refresh_token|api_key|client_secret|hashed_password|password_hash))"
)
_KEPT: Final = lazy(
    r"\.find(?:_one)?\(\s*\{[^}]*\}\s*,\s*\{\s*[\"']password[\"']\s*:\s*(?:0|False)"
)
_MASKED: Final = lazy(r"mask|redact|preview|\[:\d|\[-\d|bool\(|is not None", re.IGNORECASE)


def _reached(facts: Facts, route: Route) -> Iterator[tuple[Module, Function]]:
    yield route.module, route.function
    yield from facts.project.callees(route.module, route.function)


def _answers(function: Function) -> bool:
    """Whether a function returns a credential of a row, as a member of what it returns."""
    found = None if _MASKED.search(function.text) else _ANSWERED.search(function.text)
    if found is None:
        return False
    before, returns, inside = function.text[: found.start()].rpartition("return")
    return bool(
        before and returns and len(inside) < _NEAR and inside.count("{") > inside.count("}")
    )


def _credentials(facts: Facts) -> Iterator[Hit]:
    """Yield reading routes that answer with stored credentials."""
    for route in facts.routes:
        if route.method != "get" or not route.reachable or route.shadow:
            continue
        if _ISSUES.search(route.paths[0]) and not re.search(r"/tokens(?:/|$)", route.paths[0]):
            continue
        for _, function in _reached(facts, route):
            if _answers(function):
                yield at(route.module, route.function, "A stored credential is part of the answer.")
                break
            if _KEPT.search(function.text) and not route.decorator.text_of("response_model"):
                yield at(route.module, route.function, "All fields but one are answered.")
                break


_NEAR: Final = 400
_HASH_FIELD: Final = lazy(_HASH)


_DEEP: Final = 4


def _fields_of(facts: Facts, name: str, depth: int = 0) -> str:
    """Return the fields of a model, those that it inherits included."""
    found = facts.project.classes.get(name)
    if found is None or depth > _DEEP:
        return ""
    above = (_fields_of(facts, b.rpartition(".")[2], depth + 1) for b in found[1].bases)
    own = found[1].text
    # What a subclass leaves out on purpose is not answered.
    hidden = re.findall(r"^\s+(\w+)\s*:[^\n]*\bexclude\s*=\s*True", own, re.MULTILINE)
    text = "\n".join((own, *above))
    return (
        re.sub(rf"^\s+(?:{'|'.join(hidden)})\s*:", "", text, flags=re.MULTILINE) if hidden else text
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes whose answer model holds the password hash."""
    for route in facts.routes:
        text = route.decorator.text_of("response_model")
        for name in re.findall(r"[A-Z]\w+", text):
            stored = _STORED.search(_fields_of(facts, name))
            if stored is None or (
                _HASH_FIELD.search(stored[0]) is None and _ISSUES.search(route.paths[0])
            ):
                continue
            field = stored[0].strip(" :\n")
            if _HASH_FIELD.search(field) or route.method == "get":
                message = f"The answer model {name} holds {field}."
                yield at(route.module, route.function, message)
    yield from _credentials(facts)


RULE = Rule(
    requirement="error:no-leak",
    category="sensitive-field-exposed",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A stored credential is part of an answer.",
    why="Hashes can be tried offline; tokens of other services need no trying. Scripts of the page read both.",
    remedy="Answer with a model of its own that lists the public fields.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

class Account(SQLModel, table=True):
    id: int
    hashed_password: str

class AccountRead(Account):
    pass

@app.post("/accounts", response_model=AccountRead)
def create(data: AccountCreate):
    return save(data)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/integrations/{name}")
def integration(name: str, user=Depends(get_current_user)):
    return load(name, user)

def load(name, user):
    row = find(name, user)
    return {
        "name": name,
        "token": row["app_tokens"][name],
    }
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

class ConnectionRead(BaseModel):
    name: str
    access_token: str

@app.get("/connections", response_model=list[ConnectionRead])
def connections(user=Depends(get_current_user)):
    return every(user)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/profile")
def profile(user=Depends(get_current_user)):
    return users.find_one({"_id": user.id}, {"password": 0})
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

class User(SQLModel, table=True):
    id: int
    hashed_password: str

@app.get("/profile", response_model=User)
def profile(user=Depends(get_current_user)):
    return user
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

class Account(SQLModel, table=True):
    id: int
    hashed_password: str

class AccountRead(Account):
    hashed_password: str = Field(exclude=True)

@app.get("/accounts/mine", response_model=AccountRead)
def mine(user=Depends(get_current_user)):
    return user
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/integrations/{name}")
def integration(name: str, user=Depends(get_current_user)):
    row = find(name, user)
    call({"token": row["access_token"]})
    return {"name": name, "connected": bool(row["access_token"])}

@app.post("/login", response_model=Token)
def login(data: Login):
    return {"access_token": session.access_token}

class Token(BaseModel):
    access_token: str
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

class UserRead(SQLModel):
    id: int

@app.get("/profile", response_model=UserRead)
def profile(user=Depends(get_current_user)):
    return user
"""
            }
        ),
    ),
)
