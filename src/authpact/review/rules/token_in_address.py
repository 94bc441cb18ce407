import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._model import Parameter
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_QUERY: Final = lazy(
    r"[?&](?:token|access_token|jwt|auth_token)=(?:\$\{|[\"'`]\s*\+\s*(?!reset|verif)\w*(?:[tT]oken|jwt))"
)
_BUILT: Final = lazy(
    r"(?:[sS]earchParams|\b[pP]arams|\bquery)\.(?:set|append)\(\s*[\"'](?:access_?|auth_?)?(?:[tT]oken|jwt)[\"']|URLSearchParams\(\{[^{}]*?\b(?:access_?|auth_?)?(?:[tT]oken|jwt)\b"
)
_READ: Final = lazy(r"query_params(?:\.get\(|\[)\s*[\"'](?:access_|auth_)?(?:token|jwt)[\"']")
_PURPOSE: Final = lazy(r"reset|verif|invit|confirm|unsubscribe|magic|callback|share", re.IGNORECASE)
_NAMED: Final = lazy(r"(?:access_|auth_|jwt_|id_|bearer_|session_|refresh_)?token|jwt")
_PLAIN: Final = lazy(r"(?:Optional\[)?str\]?(?:\s*\|\s*None)?")
_PLACED: Final = lazy(r"\b(?:Depends|Header|Cookie|Body|Form|Security|Path|File)\(")


def _in_address(route: Route, parameter: Parameter) -> bool:
    """Whether FastAPI takes a parameter from the query string: any plain one not in the path."""
    text = f"{parameter.annotation} {parameter.default}"
    if _PLACED.search(text) or f"{{{parameter.name}}}" in " ".join((*route.paths, route.path)):
        return False
    return (
        "Query(" in text
        or route.method == "websocket"
        or bool(_PLAIN.fullmatch(parameter.annotation))
    )


def _taken(route: Route) -> Iterator[Hit]:
    for parameter in route.function.parameters:
        if (
            _NAMED.fullmatch(parameter.name)
            and _in_address(route, parameter)
            and not _PURPOSE.search(route.path + route.function.name)
        ):
            message = f"{parameter.name} is taken from the query string."
            yield at(route.module, parameter.line, message)


def _read(facts: Facts) -> Iterator[Hit]:
    """Yield tokens that Python code reads from the query string by hand."""
    for module in facts.python:
        for function in module.functions:
            found = next(lines_matching(function.text, _READ), None)
            if found and not _PURPOSE.search(function.name):
                line = function.line + found[0] - 1
                yield at(module, line, "A token is read from the query string.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield bearer tokens in the query string; the callers only when no route takes them."""
    taken = [*(hit for route in facts.routes for hit in _taken(route)), *_read(facts)]
    yield from taken
    if taken:
        return
    for module, line, _ in facts.matches(facts.browser, _BUILT):
        around = "\n".join(module.lines[max(0, line - 6) : line + 6])
        if re.search(r"WebSocket|EventSource|\bws\w*:", around) and not _PURPOSE.search(around):
            yield at(module, line, "A bearer token is sent in the address.")
    for module, line, match in facts.matches(facts.scripts, _QUERY):
        if not _PURPOSE.search(module.lines[line - 1]) and re.search(
            r"ws|api|fetch|EventSource|socket", module.lines[line - 1], re.IGNORECASE
        ):
            yield at(
                module,
                line,
                f"A bearer token is sent in the address ({match[0][1:].partition('=')[0]}).",
            )


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
                "lib/live.ts": """\
const query = new URLSearchParams({ room, accessToken: held.value });
const feed = new EventSource(`${process.env.NEXT_PUBLIC_API_URL}/feed?${query}`);
"""
            }
        ),
        Case({"api.ts": 'export const me = (token) => fetch(API + "/me?token=" + token);\n'}),
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
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/refresh")
async def refresh(refresh_token: str):
    return renew(refresh_token)
"""
            }
        ),
        Case(
            {
                "ws.py": """\
async def connect(websocket):
    token = websocket.query_params.get("token")
    return verify(token)
"""
            }
        ),
        Case(
            {
                "lib/live.ts": """\
const url = new URL(process.env.NEXT_PUBLIC_API_URL);
url.searchParams.set("token", accessToken);
const socket = new WebSocket(url);
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Body, Header

app = FastAPI()

@app.post("/refresh")
async def refresh(refresh_token: str = Body(embed=True)):
    return renew(refresh_token)

@app.post("/password/reset")
async def reset(token: str):
    return change(token)

@app.get("/items/{token}")
async def item(token: str):
    return find(token)
"""
            }
        ),
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
