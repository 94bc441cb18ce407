import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_PATH: Final = re.compile(r"/(?:me|profile|whoami|current-user|session|user)$")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes about the caller that look at no caller."""
    for route in facts.routes:
        if route.protected or not route.reachable or route.method != "get":
            continue
        body = route.function.text
        if (
            any(_PATH.search(p) for p in route.paths)
            and not route.function.parameters
            and re.search(r"return\s+[{\w]", body)
        ):
            yield at(
                route.module, route.function, f"{route.paths[0]} answers the same to everybody."
            )


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

@app.get("/api/me")
def me(user=Depends(get_current_user)):
    return user
"""
            }
        ),
    ),
)
