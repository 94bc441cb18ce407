import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._gates import is_told_caller
from authpact.review.facts._tokens import looks_session_up
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_CREDENTIAL: Final = lazy(
    r"HTTPAuthorizationCredentials|Header\(|Cookie\(|\.cookies\b|headers\.get\(|headers\["
)
_VERIFIES: Final = lazy(r"\bdecode\(|\b(?:verify|decode|validate)_\w*(?:jwt|access_token)")


def _holders(facts: Facts) -> Iterator[tuple[Module, Function]]:
    """Yield the functions on the way of a request that look a session up."""
    for module in (m for m in facts.python if looks_session_up(m.code)):
        for function in module.functions:
            if not looks_session_up(function.text) or is_told_caller(function):
                continue
            if facts.is_reached(module, function):
                yield module, function


def _taking(module: Module, function: Function) -> list[Function]:
    """Return what takes the credential for a look-up: its callers, or helpers they ask for it."""
    callers = [
        f
        for f in module.functions
        if f is not function and re.search(rf"\b{re.escape(function.name)}\(", f.text)
    ]
    direct = [f for f in callers if _CREDENTIAL.search(f.text)]
    if direct or any(_VERIFIES.search(f.text) for f in callers):
        return direct or [f for f in callers if _VERIFIES.search(f.text)]
    asked = "\n".join(f.text for f in callers)
    takers = (f for f in module.functions if f not in callers and _CREDENTIAL.search(f.text))
    return [f for f in takers if re.search(rf"\b{re.escape(f.name)}\(", asked)]


def check(facts: Facts) -> Iterator[Hit]:
    """Yield look-ups of opaque sessions that open the API, and the dependency that takes them."""
    message = "The API opens to an opaque session token, looked up in the issuer's database."
    for module, function in _holders(facts):
        takes = _CREDENTIAL.search(function.text)
        callers = _taking(module, function)
        if any(_VERIFIES.search(f.text) for f in (function, *callers)):
            continue
        if takes or callers or re.search(r"session|token", function.name, re.IGNORECASE):
            yield at(module, function, message)
        if callers and not takes:
            yield at(module, callers[0], f"{callers[0].name} takes a session token, not a JWT.")


RULE = Rule(
    requirement="token:shape",
    category="not-jwt-bearer",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="The API looks sessions up instead of verifying tokens.",
    why="It needs the issuer's database and follows its schema; a session token opens everything of the account, at the issuer as well.",
    remedy="Verify a short-lived JWT, or write the deviation down.",
    check=check,
    flagged=(
        Case(
            {
                "api/main.py": """\
from fastapi import Depends, FastAPI, HTTPException, Request

app = FastAPI()

async def current_user(request: Request):
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    found = sessions.find_one({"token": token})
    if not found:
        raise HTTPException(status_code=401)
    return found["userId"]

@app.get("/a")
def a(user=Depends(current_user)):
    return user
"""
            }
        ),
        Case(
            {
                "api/main.py": '''\
from fastapi import Depends, FastAPI, Header, HTTPException

app = FastAPI()

def session_of(token):
    return rows("""SELECT "userId" FROM "session" WHERE "token" = :token""", token)

async def current_user(authorization: str = Header()):
    return session_of(authorization)

@app.get("/a")
def a(user=Depends(current_user)):
    return user
'''
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/main.py": '''\
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()

@app.get("/places")
async def places(request: Request):
    if not request.state.user:
        raise HTTPException(status_code=401)
    here = request.cookies.get("better-auth.session_token")
    rows = await fetch("""SELECT token FROM sessions WHERE "userId" = $1""", request.state.user["id"])
    return [row["token"] == here for row in rows]

@app.post("/close")
async def close(request: Request, token: str):
    if token == request.cookies.get("better-auth.session_token"):
        raise HTTPException(status_code=400)
    await run("DELETE FROM sessions WHERE token = $1 AND user_id = $2", token, request.state.user["id"])
'''
            }
        ),
        Case(
            {
                "api/main.py": """\
import jwt
from fastapi import Depends, FastAPI, Request

app = FastAPI()

async def current_user(request: Request):
    return jwt.decode(request.headers["authorization"], KEY, algorithms=["ES256"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user

@app.get("/chats")
def chats(user=Depends(current_user)):
    return chat_sessions.find_one({"user": user})
"""
            }
        ),
    ),
)
