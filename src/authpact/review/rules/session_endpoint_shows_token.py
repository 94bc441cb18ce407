import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_PATH: Final = re.compile(r"/(?:get-session|session)/?$")
_TOKEN: Final = re.compile(
    r"[\"'](?:token|access_token|session_token)[\"']\s*:\s*\w*token\w*", re.IGNORECASE
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield session endpoints that answer the token of an HttpOnly cookie."""
    for route in facts.routes:
        if route.method != "get" or not any(_PATH.search(p) for p in route.paths):
            continue
        places = [
            (route.module, route.function),
            *facts.project.callees(route.module, route.function),
        ]
        for module, function in places:
            found = next(lines_matching(function.text, _TOKEN), None)
            if found and "encode(" not in function.text:
                yield at(
                    module,
                    function.line + found[0] - 1,
                    "The answer holds the token of the HttpOnly cookie.",
                )
                break


RULE = Rule(
    requirement="browser:storage",
    category="token-exposed-by-session-endpoint",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The session endpoint gives the token to scripts.",
    why="HttpOnly is worth nothing when a script can ask for the value.",
    remedy="Answer the user only.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/auth/get-session")
def session(request):
    return {"user": user, "token": token}
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

@app.get("/api/auth/get-session")
def session(request):
    return {"user": user}
"""
            }
        ),
    ),
)
