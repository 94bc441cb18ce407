import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_ANSWER: Final = lazy(
    r"^[ \t]+return\s+\{\s*[\"'](?:error|detail|message)[\"']\s*:\s*f?[\"'][^\"'\n]*"
    r"(?:unauthori[sz]ed|not authenticated|unauthenticated|invalid (?:or expired )?(?:token|session|signature|credential)"
    r"|missing (?:token|authorization|credential|session)|no (?:token|session)\b|access denied|forbidden)"
    r"[^\"'\n]*[\"']\s*\}\s*$",
    re.IGNORECASE | re.MULTILINE,
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes that answer a refusal with status 200."""
    for route in facts.routes:
        if "status_code" in route.function.text.partition(":\n")[2]:
            continue
        found = next(lines_matching(route.function.text, _ANSWER), None)
        if found and route.reachable:
            line = route.function.line + found[0] - 1
            yield at(route.module, line, "A refusal is answered with status 200.")


RULE = Rule(
    requirement="error:unauthenticated",
    category="inconsistent-401-403",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A refusal looks like a success.",
    why="Clients look at the status; one that tests `response.ok` takes the refusal for data.",
    remedy="Raise `HTTPException(401)` with `WWW-Authenticate: Bearer`.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/tasks")
def tasks(request: Request):
    if not known(request.headers.get("Authorization")):
        return {"error": "Invalid token"}
    return []
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

@app.get("/tasks")
def tasks(request: Request, response: Response):
    if not known(request.headers.get("Authorization")):
        response.status_code = 401
        return {"error": "Invalid token"}
    return []
"""
            }
        ),
    ),
)
