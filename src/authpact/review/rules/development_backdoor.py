import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_NAMED: Final = lazy(r"auth|token|user|jwt|session|verify|guard", re.IGNORECASE)
_SWITCH: Final = lazy(
    r"^\s*(?:if|elif)\s+[^\n]*(?:\b(?:settings\.)?(?:DEBUG|debug|DEV_MODE|dev_mode|TESTING|IS_DEV|is_dev\w*)\b"
    r"|(?:env|environment|ENV|ENVIRONMENT|APP_ENV|NODE_ENV)[\"\')\]]*(?:\s*,\s*[\"\']\w*[\"\']\))?(?:\.lower\(\))?\s*(?:==|in)\s*[(\[{]?[\"'](?:dev|local|test)"
    r"|token\s*==\s*[\"'][\w-]+[\"']|\.startswith\(\s*[\"'](?:Bearer )?(?:mock|dev|test|demo|fake)[\w-]*[\"'])[^\n]*:\s*$"
)
_OFF: Final = lazy(
    r"^\s*(?:if|elif)\s+(?!not\b)[^\n]*(?:SKIP|DISABLE|BYPASS|MOCK|NO|FAKE)_?AUTH|^\s*(?:if|elif)\s+[^\n]*AUTH_?DISABLED"
    r"|^\s*(?:if|elif)\s+not\s+[^\n]*AUTH_?(?:ENABLED|REQUIRED)\b",
    re.IGNORECASE,
)
_LETS_IN: Final = lazy(r"^\s*return\s+(?!None\b|False\b|JSON|Response\()\S")


_NOT_PRODUCTION: Final = lazy(
    r"^\s*(?:if|elif)\s+[^\n]*?([\w.]*env(?:ironment)?)\b(?:\.lower\(\))?\s*(?:!=|not\s+in)\s*[(\[{]?\s*[\"']prod",
    re.IGNORECASE,
)


def _is_safe_unset(facts: Facts, line: str) -> bool:
    """Whether the variable that must say production says so, or is missed, when it is not set."""
    found = _NOT_PRODUCTION.match(line)
    name = found[1].rpartition(".")[2].lower() if found else ""
    given = [a.value for _, a in facts.project.fields.get(name, ())]
    given += [a.value for m in facts.python for n, a in m.variables.items() if n.lower() == name]
    return bool(given) and all(re.search(r"[\"']prod|environ\[|^$", v) for v in given)


def _branches(text: str) -> Iterator[int]:
    """Yield the lines, from 0, of switches whose branch answers with somebody."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if not any(p.match(line) for p in (_SWITCH, _OFF, _NOT_PRODUCTION)):
            continue
        depth = len(line) - len(line.lstrip())
        for inner in lines[index + 1 :]:
            if inner.strip() and len(inner) - len(inner.lstrip()) <= depth:
                break
            if re.match(r"\s*raise\b", inner):
                break
            if _LETS_IN.match(inner):
                yield index
                break


_SCRIPT: Final = lazy(
    r"\bif\s*\(([^\n]*?process\.env\.(?:NEXT_PUBLIC_)?(?:SKIP|DISABLE|BYPASS|MOCK|NO|FAKE|DEV)_?AUTH\w*|[^\n]*?process\.env\.(?:NEXT_PUBLIC_)?AUTH_?(?:DISABLED|BYPASS|SKIP))"
    r"([^\n{]*)\)\s*(?:\{\s*)?(?:console\.[^\n]*\n\s*)?return\s+(?!null\b|undefined\b|false\b|NextResponse\.(?:json|redirect)|Response\.json)[\w{(]"
)
_REFUSED: Final = lazy(r"NODE_ENV|!\s*process\.env|!==?\s*[\"']true|===?\s*[\"']false")


def _scripts(facts: Facts) -> Iterator[Hit]:
    """Yield switches of servers and middlewares that one variable turns on, in production too."""
    for module in facts.scripts:
        if "process.env" not in module.code or is_client(module):
            continue
        for line, match in lines_matching(module.code, _SCRIPT):
            if not _REFUSED.search(match[0]):
                yield at(module, line, "A development switch lets requests in.")


def _judged(facts: Facts) -> Iterator[tuple[Module, Function]]:
    """Yield gates of any name, and functions that are called like verification code."""
    before = {(m.path, f.line): (m, f) for m, f in facts.gates}
    for module in facts.python:
        for function in module.functions:
            is_hook = function.name in {"dispatch", "__call__"} or any(
                d.last == "middleware" for d in function.decorators
            )
            if is_hook or _NAMED.search(function.name):
                before.setdefault((module.path, function.line), (module, function))
    yield from before.values()


def check(facts: Facts) -> Iterator[Hit]:
    """Yield branches of verification code that let a developer in."""
    for module, function in _judged(facts):
        for line in _branches(function.text):
            text = module.lines[function.line + line - 1]
            if _is_safe_unset(facts, text) or not facts.application.checks(module, function):
                continue
            yield at(module, function.line + line, "A development switch lets requests in.")
    yield from _scripts(facts)


RULE = Rule(
    requirement="error:fail-closed",
    category="dev-backdoor",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="Verification has a development shortcut.",
    why="One wrong variable in production and everybody is signed in.",
    remedy="Remove the branch; make tokens for development with a local issuer.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()
APP_ENV = os.getenv("APP_ENV", "local")

def sailor(request: Request):
    if APP_ENV not in ("prod", "staging"):
        if request.headers.get("x-sailor"):
            return request.headers["x-sailor"]
    return jwt.decode(request.headers["authorization"], KEY, algorithms=["HS256"])["sub"]

@app.get("/boats")
def boats(who=Depends(sailor)):
    return who
"""
            }
        ),
        Case(
            {
                "lib/session.ts": """\
export async function current() {
  if (process.env.SKIP_AUTH === "true") {
    return { user: { id: "dev" } };
  }
  return auth.api.getSession({ headers: await headers() });
}
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def current_user(token: str):
    if settings.DEBUG:
        return {"id": "dev"}
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
        Case(
            {
                "middleware.py": """\
class Authentication(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        token = request.headers.get("Authorization")
        if settings.ENVIRONMENT == "development" and token.startswith("Bearer test-"):
            request.state.user_id = token.removeprefix("Bearer test-")
            return await call_next(request)
        request.state.user_id = jwt.decode(token, KEY, algorithms=["HS256"])["sub"]
        return await call_next(request)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def current_user(token: str):
    if os.getenv("DISABLE_AUTH") == "true":
        return {"id": "anybody"}
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def verify(token: str):
    if not settings.auth_enabled:
        return User(id="local")
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
APP_ENV = os.environ["APP_ENV"]

def current_user(request: Request):
    if APP_ENV != "production":
        return request.headers["x-sailor"]
    return jwt.decode(request.headers["authorization"], KEY, algorithms=["HS256"])["sub"]
"""
            }
        ),
        Case(
            {
                "lib/session.ts": """\
export async function current() {
  if (process.env.NODE_ENV !== "production" && process.env.SKIP_AUTH === "true") {
    return { user: { id: "dev" } };
  }
  return auth.api.getSession({ headers: await headers() });
}
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def current_user(token: str):
    if settings.DEBUG:
        log.debug("a token arrived")
    if not settings.AUTH_ENABLED:
        raise RuntimeError("switched off")
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def current_user(token: str):
    if not token:
        raise HTTPException(401)
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
    ),
)
