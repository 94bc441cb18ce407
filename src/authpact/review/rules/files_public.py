import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_OF_USERS: Final = lazy(
    r"upload|clip|video|recording|document|attachment|avatar|export|report|invoice|receipt|user|storage|artifact|output|result|media|files?\b|audio|transcript",
    re.IGNORECASE,
)
_OF_ALL: Final = lazy(r"static|assets|public|dist|build|frontend|fonts|icons|www", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield folders with files of users that are served to everybody."""
    if not facts.routes:
        return
    for module in facts.python:
        for call in module.called("mount"):
            served = call.text_of("app", 1)
            path = call.text_of("path", 0)
            if not served.startswith("StaticFiles(") or _OF_ALL.search(path):
                continue
            if _OF_USERS.search(path):
                yield at(module, call, f"The files below {path} are served to everybody.")


RULE = Rule(
    requirement="access:public",
    category="unprotected-endpoint",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A folder with files of users is mounted without authentication.",
    why="StaticFiles asks nobody: whoever knows or guesses a name reads the file.",
    remedy="Answer files from a route that compares their owner, or hand out short-lived signed addresses.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI()
app.mount("/uploads", StaticFiles(directory="data/uploads"), name="uploads")

@app.get("/health")
def health():
    return {}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI()
app.mount("/static", StaticFiles(directory="static"), name="static")

@app.get("/health")
def health():
    return {}
"""
            }
        ),
    ),
)
