import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._routes import Route
from authpact.review._rule import Case, Hit, Rule, at

_QUERY: Final = re.compile(r"[?&](?:token|access_token|jwt|auth_token)=\$\{")
_PURPOSE: Final = re.compile(r"reset|verif|invite|confirm|unsubscribe|magic", re.IGNORECASE)


def _taken(route: Route) -> Iterator[Hit]:
    for parameter in route.function.parameters:
        named = re.fullmatch(r"(?:access_|auth_|jwt_)?token|jwt", parameter.name)
        from_query = "Query(" in f"{parameter.annotation}{parameter.default}"
        in_address = from_query or (
            route.method == "websocket" and "Depends" not in parameter.default
        )
        if named and in_address and not _PURPOSE.search(route.path + route.function.name):
            yield at(route.module, parameter.line, "A bearer token is taken from the query string.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield bearer tokens in the query string; the callers only when no route takes them."""
    taken = [hit for route in facts.routes for hit in _taken(route)]
    yield from taken
    if taken:
        return
    for module, line, match in facts.matches(facts.scripts, _QUERY):
        if not _PURPOSE.search(module.lines[line - 1]) and re.search(
            r"ws|api|fetch|EventSource|socket", module.lines[line - 1], re.IGNORECASE
        ):
            yield at(module, line, f"A bearer token is sent in the address ({match[0][1:-3]}).")


RULE = Rule(
    requirement="transport:one-place",
    category="token-in-url",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A token travels in the query string.",
    why="Addresses end up in logs, histories and Referer headers (RFC 9700 4.3.2).",
    remedy="Send it in the Authorization header; for a WebSocket in the first message or as a short-lived ticket.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Query

app = FastAPI()

@app.websocket("/ws")
async def ws(websocket, token: str = Query(...)):
    verify_token(token)
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

@app.get("/a")
def a(user=Depends(get_current_user)):
    return user
"""
            }
        ),
    ),
)
