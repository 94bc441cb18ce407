import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._rows import is_person
from authpact.review.facts._signs import SIGNS_UP
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_MAKES: Final = lazy(
    r"\b([A-Z]\w*)\(\s*(?:\n\s*)?(?:id|user_id|auth_id|external_id|email|sub|subject)\s*=\s*"
)
_CLAIMS: Final = lazy(
    r"(?:payload|claims|token_data|decoded|userinfo)\w*(?:\.get\(|\[|\.(?:sub|email|user_id)\b)"
    r"|headers(?:\.get\(|\[)\s*[\"']x-(?:\w+-)*(?:user|sub|email|identity)",
    re.IGNORECASE,
)
_STORES: Final = lazy(r"\.add\(|\.save\(|\.create\(|insert|\.merge\(", re.IGNORECASE)
_INSERT: Final = lazy(
    r"INSERT\s+INTO\s+[\"`\\]{0,3}users?\b|users?(?:_collection)?\.insert_one\(", re.IGNORECASE
)


def _verifying(facts: Facts) -> set[tuple[str, int]]:
    """Return the functions that verification code calls, itself included."""
    found: set[tuple[str, int]] = set()
    for module in facts.python:
        for function in module.functions:
            if facts.application.authenticates(module, function.name):
                found.add((module.path, function.line))
                found |= {(m.path, f.line) for m, f in facts.project.callees(module, function)}
    return found


_OWN_ID: Final = lazy(
    r"\b(\w*User)\(\s*(?:\n\s*)?(?:id|user_id|auth_id)\s*=\s*(?:str\(|UUID\()?(user_?id|user_uuid|current_user_id|sub|subject)\b"
)
_PLACED: Final = lazy(r"\.(?:add|merge)\(")


def _on_the_fly(facts: Facts) -> Iterator[Hit]:
    """Yield helpers of routes that make the row of an unknown subject under that subject's id."""
    for module in facts.python:
        if "User(" not in module.code:
            continue
        for function in module.functions:
            text = function.text
            found = next(lines_matching(text, _OWN_ID), None)
            if found is None or SIGNS_UP.search(function.name) or "password" in text:
                continue
            looked = re.search(
                rf"\b{found[1][1]}\.(?:id|user_id)\s*==|\.get\(\s*{found[1][1]}\s*,", text
            )
            named = any(p.name == found[1][2] for p in function.parameters)
            given = named or re.search(rf"\b{found[1][2]}\s*=\s*(?:UUID|str)\(\s*\w+\s*\)", text)
            if looked and given and _PLACED.search(text) and facts.is_reached(module, function):
                message = "An unknown subject gets a new user under the id of its token."
                yield at(module, function.line + found[0] - 1, message)


def _made(facts: Facts, text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield where a text makes the row of a person."""
    for line, match in lines_matching(text, _MAKES):
        if "User" in match[1] or is_person(facts.project, match[1]):
            yield line, match


def check(facts: Facts) -> Iterator[Hit]:
    """Yield dependencies that create a user for any subject."""
    verifying = _verifying(facts)
    for module in facts.python:
        for function in module.functions:
            text = function.text
            if (module.path, function.line) not in verifying or SIGNS_UP.search(function.name):
                continue
            if not _CLAIMS.search(text):
                continue
            found = next(_made(facts, text), None)
            if found is None or not _STORES.search(text[found[1].end() :]):
                found = next(lines_matching(text, _INSERT), None)
            if found:
                yield at(
                    module,
                    function.line + found[0] - 1,
                    "An unknown subject gets a new user from the claims of its token.",
                )
    yield from _on_the_fly(facts)


RULE = Rule(
    requirement="session:disabled-user",
    category="auto-provision-from-token",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Verification creates users.",
    why="Deleted users come back with their next request, and any signed token makes an account.",
    remedy="Refuse unknown subjects, or create rows when Better Auth creates the user.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def get_current_user(request: Request, db=Depends(get_db)):
    if request.headers.get("x-gateway-key") != KEY:
        raise HTTPException(401)
    caller = request.headers.get("X-User-Id")
    found = db.get(User, caller)
    if not found:
        found = User(id=caller, verified=True)
        db.add(found)
    return found

@app.get("/me")
def me(user=Depends(get_current_user)):
    return user
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def known(db, user_id):
    user = db.scalar(select(User).where(User.id == user_id))
    if user is None:
        user = User(id=user_id, email=f"{user_id}@example.com")
        db.add(user)
    return user

@app.post("/talks")
def talk(data: Talk, user_id=Depends(get_current_user_id), db=Depends(get_db)):
    return known(db, user_id)
"""
            }
        ),
        Case(
            {
                "deps.py": """\
async def get_current_user(token, db):
    return await known_or_new(db, jwt.decode(token))

async def known_or_new(db, claims):
    user = await db.get(User, claims["sub"])
    if user is None:
        user = User(
            id=claims["sub"],
            email=claims.get("email", ""),
        )
        db.add(user)
    return user
"""
            }
        ),
        Case(
            {
                "deps.py": """\
async def get_current_user(token, db):
    claims = jwt.decode(token)
    await db.execute("INSERT INTO users (id) VALUES ($1) ON CONFLICT DO NOTHING", claims["sub"])
    return claims["sub"]
"""
            }
        ),
        Case(
            {
                "deps.py": """\
def get_current_user(token, db):
    payload = jwt.decode(token)
    user = db.get(payload["sub"])
    if not user:
        user = User(id=payload["sub"], email=payload.get("email"))
        db.add(user)
    return user
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

def known(db, user_id):
    user = db.scalar(select(User).where(User.id == user_id))
    if user is None:
        raise HTTPException(401)
    return user

@app.post("/talks")
def talk(data: Talk, user_id=Depends(get_current_user_id), db=Depends(get_db)):
    return known(db, user_id)
"""
            }
        ),
        Case(
            {
                "deps.py": """\
async def get_current_user(token, db):
    return User(id=jwt.decode(token)["sub"])

async def register(db, payload):
    db.add(User(email=payload["email"]))
"""
            }
        ),
        Case(
            {
                "deps.py": """\
def get_current_user(token, db):
    payload = jwt.decode(token)
    user = db.get(payload["sub"])
    if not user:
        raise HTTPException(401)
    return user
"""
            }
        ),
    ),
)
