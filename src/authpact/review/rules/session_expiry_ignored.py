import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import has_any

_QUERY: Final = lazy(
    r"\.where\(\s*\w*[sS]ession\w*\.(?:session_)?token\s*=="
    r"|\.filter\(\s*\w*[sS]ession\w*\.(?:session_)?token\s*=="
    r"|\.filter_by\(\s*(?:session_)?token\s*="
    r"|\b\w*session\w*\.find_one\(\s*\{\s*[\"'](?:session_)?token[\"']"
    r"|\bFROM\s+(?:\w+\.)?[\\\"]*(?:better_auth_|auth_|user_)?sessions?[\\\"]*\b(?:[^;]{0,200}?)\bWHERE\b"
    r"[^;]{0,80}?\btoken[\\\"]*\s*=",
    re.IGNORECASE | re.DOTALL,
)
_EXPIRES: Final = lazy(r"expire|valid_until|is_active|max_age", re.IGNORECASE)
_ENDS: Final = lazy(r"\b(?:delete|DELETE|update|UPDATE|revoke|logout|sign_?out)\b")


def _is_checked(facts: Facts, module: Module, function: Function) -> bool:
    """Whether the function, what it calls or who calls it looks at the end of the session."""
    if _EXPIRES.search(function.text):
        return True
    if any(_EXPIRES.search(f.text) for _, f in facts.project.callees(module, function)):
        return True
    outer = (
        m.function_of(c) for m in facts.python for c in m.called(function.name) if c.function >= 0
    )
    return any(f is not None and _EXPIRES.search(f.text) for f in outer)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield look-ups of a session by its token that accept one that has ended."""
    for module in facts.python:
        for function in module.functions if has_any(module.code, "token", "TOKEN") else ():
            found = _QUERY.search(function.text)
            if not found or _ENDS.search(function.text) or _is_checked(facts, module, function):
                continue
            if facts.is_reached(module, function):
                line = function.line + function.text.count("\n", 0, found.start())
                yield at(module, line, "A session that has ended still opens the API.")


RULE = Rule(
    requirement="token:expiry",
    category="exp-not-checked",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The end of a session is not looked at.",
    why="Better Auth leaves rows of ended sessions in the table: a stolen token works for ever.",
    remedy='Compare `"expiresAt"` with the present time in the query.',
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/me")
def me(request, db):
    token = request.cookies["better-auth.session_token"].split(".")[0]
    return db.exec(select(UserSession).where(UserSession.token == token)).first()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

async def current_user(request, pool=None):
    return await pool.fetchrow('SELECT "userId" FROM "session" WHERE token = $1', request.cookies["t"])

@app.get("/me")
def me(user=Depends(current_user)):
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

async def current_user(request, pool=None):
    return await pool.fetchrow('SELECT "userId" FROM session WHERE token = $1 AND "expiresAt" > now()', request.cookies["t"])

@app.get("/me")
def me(user=Depends(current_user)):
    return user
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

def row_of(db, token):
    return db.exec(select(UserSession).where(UserSession.token == token)).first()

@app.get("/me")
def me(request, db):
    row = row_of(db, request.cookies["t"])
    if row.expires_at < now():
        raise HTTPException(401)
    return row
"""
            }
        ),
    ),
)
