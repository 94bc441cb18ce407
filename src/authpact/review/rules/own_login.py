import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_LOGIN: Final = lazy(
    r"/(?:login|log-in|sign-?in|sign_in|token|authenticate|sign-?up|sign_up|register)(?:/[\w-]+)?/?$",
    re.IGNORECASE,
)
_ISSUES: Final = lazy(
    r"encode\(|create_\w*token|create_session|access_token|session_token|set_cookie|SignJWT|jwt\.sign\(",
    re.IGNORECASE,
)


_ROW: Final = lazy(
    r"INSERT\s+INTO\s+(?:[\w\"]+\.)?[\"\\`]*sessions?[\"\\`]*\s*\([^)]*token", re.IGNORECASE
)


def _is_web(facts: Facts) -> bool:
    """Whether the tree has a frontend that signs in somewhere."""
    packages = " ".join(s.text for s in facts.environment.plain(r"package\.json$"))
    return facts.issuers.is_used or bool(re.search(r"\"(?:better-auth|next)\"\s*:", packages))


def _routes(facts: Facts) -> Iterator[Hit]:
    """Yield routes of the API that take a password and give a token or a session."""
    for route in facts.routes:
        named = route.method == "post" and any(_LOGIN.search(p) for p in route.paths)
        text = route.function.text if named and route.reachable else ""
        if "password" in text.lower() and _ISSUES.search(text):
            message = f"{route.paths[0]} is a login of its own beside Better Auth."
            yield at(route.module, route.function, message)


def _handlers(facts: Facts) -> Iterator[Hit]:
    """Yield handlers of Next.js that sign users in."""
    for module in facts.handlers:
        folder = module.path.rpartition("/")[0].rpartition("/")[2]
        if re.search(r"login|signin|sign-in", folder) and "password" in module.code:
            mint = next((m for m in facts.tokens.mints if m.module is module), None)
            if mint:
                yield at(module, mint.call, "This route signs users in beside Better Auth.")


def _rows(facts: Facts) -> Iterator[Hit]:
    """Yield Python code that writes sessions of its own, past the library that makes them."""
    for module in facts.python:
        if "session" not in module.code.lower():
            continue
        for call in module.calls:
            names = " ".join(a.name.lower().replace("_", "") for a in call.arguments)
            made = re.search(
                r"[a-z](?:Auth|User|Login)?Session$|^(?:Auth|User|Login)Session$", call.last
            )
            if made and "token" in names and "expires" in names and "userid" in names:
                yield at(module, call, f"{call.last} is a session that Better Auth did not make.")
            elif call.last == "execute" and any(_ROW.search(a.text) for a in call.arguments):
                yield at(module, call, "A session is written that Better Auth did not make.")


def _elsewhere(facts: Facts) -> Iterator[Hit]:
    """Yield the first place where a frontend without Better Auth sends a password to the API."""
    if facts.issuers.is_used or any(_LOGIN.search(p) for r in facts.routes for p in r.paths):
        return
    for request in facts.requests:
        function = next(
            (f for f in request.module.functions if f.line <= request.line <= f.end_line), None
        )
        asks = request.method == "post" and _LOGIN.search(request.path)
        if asks and function and re.search(r"\bpassword\b", function.text):
            message = f"Passwords go to {request.path} of the API; nothing uses Better Auth."
            yield at(request.module, request.line, message)
            return


def check(facts: Facts) -> Iterator[Hit]:
    """Yield logins beside Better Auth, or instead of it."""
    if _is_web(facts):
        yield from _routes(facts)
        yield from _handlers(facts)
        yield from _rows(facts)
        yield from _elsewhere(facts)


RULE = Rule(
    requirement="identity:no-second-login",
    category="custom-auth-system",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The API signs users in itself.",
    why="Two sign-in systems mean two password stores and two kinds of tokens; limits, bans and sign-out of one do not reach the other.",
    remedy="Remove the login of the API and verify the tokens of Better Auth.",
    check=check,
    flagged=(
        Case(
            {
                "web/package.json": '{"dependencies": {"next": "15.0.0"}}\n',
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/signin")
def signin(form: Form):
    return {"access_token": create_access_token(check(form.email, form.password))}
""",
            }
        ),
        Case(
            {
                "web/package.json": '{"dependencies": {"better-auth": "1.4.0"}}\n',
                "api/google.py": """\
def finish(user, db):
    db.add(UserSession(token=new_token(), user_id=user.id, expires_at=in_a_month()))
""",
            }
        ),
        Case(
            {
                "web/package.json": '{"dependencies": {"next": "15.0.0"}}\n',
                "web/login.ts": """\
export const login = (email, password) =>
  fetch(`${process.env.NEXT_PUBLIC_API_URL}/auth/login`, { method: "POST", body: JSON.stringify({ email, password }) });
""",
            }
        ),
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/login/access-token")
def login(form: Form = Depends()):
    check(form.username, form.password)
    return {"access_token": create_access_token(form.username)}
""",
            }
        ),
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/auth/login")
def login(email: str, password: str):
    return {"access_token": create_access_token(email)}
""",
            }
        ),
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/auth/register")
def register(email: str, password: str):
    return {"access_token": create_access_token(email)}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/package.json": '{"dependencies": {"better-auth": "1.4.0"}}\n',
                "api/chat.py": """\
def start(user, db):
    db.add(ChatSession(user_id=user.id, title="New"))
    return AsyncSession(engine, expires_on_commit=False)
""",
            }
        ),
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
""",
            }
        ),
    ),
)
