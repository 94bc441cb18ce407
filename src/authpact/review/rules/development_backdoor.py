import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts, is_client
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_NAMED: Final = re.compile(r"auth|token|user|jwt|session|verify|guard", re.IGNORECASE)
_SWITCH: Final = re.compile(
    r"^\s*(?:if|elif)\s+[^\n]*(?:\b(?:settings\.)?(?:DEBUG|debug|DEV_MODE|dev_mode|TESTING|IS_DEV|is_dev\w*)\b"
    r"|(?:env|environment|ENV|ENVIRONMENT|APP_ENV|NODE_ENV)[\"\')\]]*(?:\s*,\s*[\"\']\w*[\"\']\))?(?:\.lower\(\))?\s*(?:==|in)\s*[(\[{]?[\"'](?:dev|local|test)"
    r"|token\s*==\s*[\"'][\w-]+[\"']|\.startswith\(\s*[\"'](?:Bearer )?(?:mock|dev|test|demo|fake)[\w-]*[\"'])[^\n]*:\s*$"
)
_OFF: Final = re.compile(
    r"^\s*(?:if|elif)\s+(?!not\b)[^\n]*(?:SKIP|DISABLE|BYPASS|MOCK|NO|FAKE)_?AUTH|^\s*(?:if|elif)\s+[^\n]*AUTH_?DISABLED"
    r"|^\s*(?:if|elif)\s+not\s+[^\n]*AUTH_?(?:ENABLED|REQUIRED)\b",
    re.IGNORECASE,
)
_LETS_IN: Final = re.compile(r"^\s*return\s+(?!None\b|False\b|JSON|Response\()\S")


def _branches(text: str) -> Iterator[int]:
    """Yield the lines, from 0, of switches whose branch answers with somebody."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if not (_SWITCH.match(line) or _OFF.match(line)):
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


_SCRIPT: Final = re.compile(
    r"\bif\s*\(([^\n]*?process\.env\.(?:NEXT_PUBLIC_)?(?:SKIP|DISABLE|BYPASS|MOCK|NO|FAKE|DEV)_?AUTH\w*|[^\n]*?process\.env\.(?:NEXT_PUBLIC_)?AUTH_?(?:DISABLED|BYPASS|SKIP))"
    r"([^\n{]*)\)\s*(?:\{\s*)?(?:console\.[^\n]*\n\s*)?return\s+(?!null\b|undefined\b|false\b|NextResponse\.(?:json|redirect)|Response\.json)[\w{(]"
)
_REFUSED: Final = re.compile(r"NODE_ENV|!\s*process\.env|!==?\s*[\"']true|===?\s*[\"']false")


def _scripts(facts: Facts) -> Iterator[Hit]:
    """Yield switches of servers and middlewares that one variable turns on, in production too."""
    for module in facts.scripts:
        if "process.env" not in module.code or is_client(module):
            continue
        for line, match in lines_matching(module.code, _SCRIPT):
            if not _REFUSED.search(match[0]):
                yield at(module, line, "A development switch lets requests in.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield branches of verification code that let a developer in."""
    for module in facts.python:
        for function in module.functions:
            is_hook = function.name in {"dispatch", "__call__"} or any(
                d.last == "middleware" for d in function.decorators
            )
            if not (is_hook or _NAMED.search(function.name)):
                continue
            if not facts.application.checks(module, function):
                continue
            for line in _branches(function.text):
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
