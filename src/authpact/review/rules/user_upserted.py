import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._owners import caller_names, keys_of, statement_of
from authpact.review.facts._rows import is_person
from authpact.review.facts._signs import SIGNS_UP
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy

_UPSERT: Final = lazy(
    r"INSERT\s+INTO\s+[\"`\\]{0,3}(?:\w+\.)?(?:app_|auth_)?(?:users?|members?|accounts?|profiles?|customers?|people|players?)\b",
    re.IGNORECASE,
)
_KEYS: Final = frozenset(
    [
        "id",
        "_id",
        "user_id",
        "userId",
        "sub",
        "subject",
        "auth_id",
        "external_id",
        "account_id",
        "member_id",
    ]
)
_ORM: Final = frozenset(["get_or_create", "update_or_create"])
_PEOPLE: Final = lazy(
    r"(?:^|\.|\[[\"'])(?:users?|members?|accounts?|profiles?|customers?)[\"'\]]*\.\w+$"
)


def _is_upsert(facts: Facts, module: Module, call: Call, callers: list[str]) -> bool:
    """Whether a call stores a person under the id of the caller, unless there is one."""
    value = re.compile(
        rf"(?:str\()?(?:{'|'.join(map(re.escape, callers))})(?:\.(?:id|sub)|\[[\"']sub[\"']\]|\.get\([\"']sub[\"']\))?\)?"
    )
    if call.last in _ORM:
        person = is_person(facts.project, call.name.split(".")[0])
        return person and any(a.name in _KEYS and value.fullmatch(a.text) for a in call.arguments)
    if call.text_of("upsert") == "True" and _PEOPLE.search(call.name):
        return bool(
            call.arguments and re.search(rf":\s*{value.pattern}\s*[,}}]", call.arguments[0].text)
        )
    if not call.arguments[1:]:
        return False
    statement = statement_of(facts.project, module, call.arguments[0].text)
    keys = keys_of(call, statement) if _UPSERT.search(statement) else ()
    return any(column in _KEYS and value.fullmatch(given) for column, given in keys)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield dependencies that store a person for each subject that they are shown."""
    for module in facts.python:
        for function in module.functions:
            if function.decorators or SIGNS_UP.search(function.name):
                continue
            callers = caller_names(facts.application, module, function)
            for call in module.calls_in(function) if callers else ():
                if _is_upsert(facts, module, call, callers):
                    message = "Each subject of a token gets a row, deleted ones again."
                    yield at(module, call.line, message)
                    break


RULE = Rule(
    requirement="session:disabled-user",
    category="auto-provision-from-token",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A dependency stores a person for every subject.",
    why="Deleted users come back with their next request, and any signed token makes an account.",
    remedy="Refuse unknown subjects, or create rows when Better Auth creates the user.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

STORE = "INSERT INTO players (id, lives) VALUES ($1, 3) ON CONFLICT (id) DO NOTHING"

async def player(sub: str = Depends(get_current_user), db=Depends(get_pool)):
    await db.execute(STORE, sub)
    return sub

@app.get("/lives")
def lives(sub=Depends(player)):
    return sub
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

async def person(claims=Depends(get_current_user)):
    found, _ = await Member.get_or_create(id=claims["sub"])
    return found

@app.get("/me")
def me(one=Depends(person)):
    return one
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

@app.post("/players")
async def join(sub: str = Depends(get_current_user), db=Depends(get_pool)):
    await db.execute("INSERT INTO players (id, lives) VALUES ($1, 3)", sub)

async def visit(sub: str = Depends(get_current_user), db=Depends(get_pool)):
    await db.execute("INSERT INTO visits (user_id) VALUES ($1)", sub)
    return sub
"""
            }
        ),
    ),
)
