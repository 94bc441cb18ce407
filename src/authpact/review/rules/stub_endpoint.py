import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import handlers
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_SHORT: Final = 5
_PATH: Final = lazy(r"/(?:me|profile|whoami|current-user|session|user)$")


_SCRIPT_PATH: Final = lazy(r"/(?:me|profile|whoami|current-user|session|get-session|user)$")
_READS: Final = lazy(
    r"getSession|cookie|headers|auth\b\(|verify|fetch\(|query|prisma|\bdb\b|\.json\(\)|searchParams|await\s+(?!NextResponse)",
    re.IGNORECASE,
)
_ANSWERS: Final = lazy(r"\b(?:user|session|id)\s*:\s*(?:null|undefined|[\"'`{])")


def _handlers(facts: Facts) -> Iterator[Hit]:
    """Yield route handlers about the caller that read nothing and answer something."""
    for handler in handlers(facts):
        text = handler.function.text.partition("{")[2]
        is_about = handler.method == "GET" and _SCRIPT_PATH.search(handler.path)
        if is_about and _ANSWERS.search(text) and not _READS.search(text):
            message = f"{handler.path} answers the same to everybody."
            yield at(handler.module, handler.function, message)


_RENEWS: Final = lazy(r"/refresh(?:[/-]?token)?$")
_PROMISED: Final = lazy(r"^\s+refresh_token\s*:", re.MULTILINE)
_UNFINISHED: Final = lazy(
    r"raise\s+HTTPException\([^\n]*\n?[^\n]*(?<!\d)501(?:_NOT_IMPLEMENTED)?\b"
)


def _unfinished(facts: Facts) -> Iterator[Hit]:
    """Yield routes that only say 501 though a schema has the refresh token that they would take."""
    if not any(_PROMISED.search(c.text) for m in facts.python for c in m.classes):
        return
    for route in facts.routes:
        _, _, body = route.function.text.partition(":\n")
        lines = [x for x in body.split("\n") if x.strip()]
        about = route.reachable and any(_RENEWS.search(p) for p in route.paths)
        if about and _UNFINISHED.match(body.lstrip()) and len(lines) <= _SHORT:
            yield at(route.module, route.function, f"{route.paths[0]} is not implemented.")


_NEVER: Final = lazy(r"\braise\s+\w*HTTPException\(\s*[^)]*?(?<!\d)501(?:_NOT_IMPLEMENTED)?\b")
_ENDS: Final = lazy(r"^[ \t]*(?:return|yield)\b", re.MULTILINE)


def _never_done(facts: Facts) -> Iterator[Hit]:
    """Yield operations on an object that answer 501 whatever they are sent."""
    for route in facts.routes:
        body = route.function.text.partition(":\n")[2]
        if not route.reachable or "{" not in route.path or route.method == "get":
            continue
        if _NEVER.search(body) and not _ENDS.search(body):
            yield at(route.module, route.function, f"{route.paths[0]} is not implemented.")


def _uses_parameters(route: Route) -> bool:
    """Whether a handler looks at anything that it is given."""
    body = route.function.text.partition(":\n")[2]
    return any(re.search(rf"\b{re.escape(p.name)}\b", body) for p in route.function.parameters)


_JUDGES: Final = lazy(r"/(?:verify|validate|introspect|check)(?:[/_-]?(?:token|session|jwt))?/?$")
_APPROVES: Final = lazy(
    r"^[ \t]*return\s+\w*[({][^\n]*?[\"']?\b(?:valid|active|authenticated|verified|is_valid)[\"']?\s*[:=]\s*True\b",
    re.MULTILINE,
)


def _approving(facts: Facts) -> Iterator[Hit]:
    """Yield routes that are sent a token, look at nothing and say that it is valid."""
    for route in facts.routes:
        if route.shielded or not route.reachable or _uses_parameters(route):
            continue
        body = route.function.text.partition(":\n")[2]
        looks = re.search(r"\b(?:if|await|raise|request)\b|\.get\(|decode\(", body)
        if any(_JUDGES.search(p) for p in route.paths) and _APPROVES.search(body) and not looks:
            message = f"{route.paths[0]} says that every token is valid."
            yield at(route.module, route.function, message, Severity.MEDIUM)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes about the caller that look at no caller."""
    for route in facts.routes:
        if route.protected or not route.reachable or route.method != "get":
            continue
        body = route.function.text
        if (
            any(_PATH.search(p) for p in route.paths)
            and not _uses_parameters(route)
            and re.search(r"return\s+[{\w]", body)
        ):
            yield at(
                route.module, route.function, f"{route.paths[0]} answers the same to everybody."
            )
    yield from _handlers(facts)
    yield from _unfinished(facts)
    yield from _never_done(facts)
    yield from _approving(facts)


RULE = Rule(
    requirement="access:authenticated",
    category="stub-endpoint",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A route about the caller is a stub.",
    why="Clients take its answer for the signed-in user.",
    remedy="Answer from the verified token, or remove the route.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/tokens/introspect")
def introspect(data: Token):
    return {"active": True}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/notes/{note_id}/share")
def share(note_id: str, db=Depends(get_db)):
    if not settings.key:
        raise HTTPException(status_code=503)
    raise HTTPException(status_code=501, detail="Sharing is not implemented")
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

class Tokens(BaseModel):
    access_token: str
    refresh_token: str | None = None

@app.post("/auth/refresh", response_model=Tokens)
def refresh():
    raise HTTPException(
        status_code=status.HTTP_501_NOT_IMPLEMENTED,
        detail="Refresh is not implemented",
    )
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/me")
def me(service=Depends(get_service)):
    return {"message": "placeholder"}
"""
            }
        ),
        Case(
            {
                "app/api/auth-lite/session/route.ts": """\
export async function GET(request) {
  return Response.json({ user: null, session: null });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/me")
def me():
    return {"id": "demo"}
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

@app.get("/tokens/verify", dependencies=[Depends(verify_token)])
def verify():
    return {"valid": True}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/notes/{note_id}/share")
def share(note_id: str, user=Depends(get_current_user)):
    if not settings.sharing:
        raise HTTPException(status_code=501)
    return link_of(note_id, user.id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

class Tokens(BaseModel):
    refresh_token: str

@app.post("/auth/refresh")
def refresh(data: Refresh):
    if not settings.refresh_tokens:
        raise HTTPException(status_code=501)
    return rotate(data.token)
"""
            }
        ),
        Case(
            {
                "app/api/me/route.ts": """\
export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  return Response.json({ user: session ? session.user : null });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/api/me")
def me(user=Depends(get_current_user)):
    return user
"""
            }
        ),
    ),
)
