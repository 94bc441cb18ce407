import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import handlers_around
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy

_MAKES: Final = frozenset({"UUID", "int", "ObjectId"})
_CLAIMS: Final = r"(?:\w*(?:payload|claims|decoded\w*|token_data|principal))"
_CLAIM: Final = lazy(
    rf"^(?:str\()?{_CLAIMS}(?:\.(?:sub|user_id|id)\b|\[\s*[\"'](?:sub|user_?id|id)[\"']\s*\]"
    rf"|\.get\(\s*[\"'](?:sub|user_?id|id)[\"'])",
    re.IGNORECASE,
)
_CATCHES: Final = lazy(r"^$|Exception|ValueError|TypeError|InvalidId|AttributeError")


def _is_claim(module: Module, function: Function, call: Call) -> bool:
    text = call.arguments[0].text if call.arguments else ""
    if _CLAIM.match(text):
        return True
    return any(
        a.target == text and _CLAIM.match(a.value)
        for a in module.assignments
        if function.line <= a.line <= call.line
    )


def _own_step(facts: Facts, module: Module, function: Function, call: Call) -> bool:
    """Whether the claims are those of a token that this tree made for one step of its own."""
    steps = {
        (v.module.path, v.function.line)
        for v in facts.verifications
        if v.function and not v.is_for_access
    }
    for one in module.assignments if steps else ():
        read = re.fullmatch(r"(?:await\s+)?([\w.]+)\(.*\)", one.value, re.DOTALL)
        if read is None or not function.line <= one.line <= call.line:
            continue
        found = facts.project.function(module, read[1])
        if found and (found[0].path, found[1].line) in steps:
            return True
    return False


def _caught(module: Module, line: int) -> bool:
    return any(_CATCHES.search(h.caught) for h in handlers_around(module, line))


def _caught_outside(facts: Facts, function: Function) -> bool:
    """Whether a caller of the function, or of the class it makes, catches the error."""
    name = function.owner if function.name == "__init__" else function.name
    for module in facts.python:
        for call in module.called(name):
            outer = module.function_of(call)
            if outer is not None and outer is not function and _caught(module, call.line):
                return True
    return False


def check(facts: Facts) -> Iterator[Hit]:
    """Yield subjects that are made into another type where nothing catches the failure."""
    live = (m for m in facts.python if not facts.is_left_behind(m))
    for module in live:
        for call in module.called(*_MAKES):
            function = module.function_of(call)
            if function is None or not _is_claim(module, function, call):
                continue
            if _own_step(facts, module, function, call):
                continue
            reached = function.name == "__init__" or facts.is_reached(module, function)
            if reached and not (_caught(module, call.line) or _caught_outside(facts, function)):
                yield at(module, call, "A subject of another form ends in a server error.")


RULE = Rule(
    requirement="token:subject",
    category="auth-error-500",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The subject is converted without catching the failure.",
    why="Ids of Better Auth are random texts of 32 characters: `UUID()` and `int()` raise for each one.",
    remedy="Keep the subject a text, or answer 401 when it has another form.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Person:
    def __init__(self, payload):
        self.id = UUID(payload.sub)

def current_user(token: str):
    return Person(verify(token))

@app.get("/a")
def a(user=Depends(current_user)):
    return user
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    claims = verify(token)
    subject = claims.get("sub")
    return int(subject)

@app.get("/a")
def a(user=Depends(current_user)):
    return user
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
import jwt
from fastapi import FastAPI

app = FastAPI()

def reset_claims(token):
    claims = jwt.decode(token, KEY, algorithms=["HS256"])
    return claims if claims.get("type") == "reset" else None

@app.post("/reset")
def reset(asked: Reset):
    claims = reset_claims(asked.token)
    return rows(UUID(claims["sub"]))
"""
            }
        ),
        Case(
            {
                "api/_old_app/main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/tasks")
def tasks(payload=Depends(claims)):
    return rows(UUID(payload["sub"]))
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    claims = verify(token)
    try:
        return UUID(claims["sub"])
    except ValueError:
        raise HTTPException(401)

@app.get("/a")
def a(user=Depends(current_user)):
    return user
"""
            }
        ),
    ),
)
