import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def _pattern(path: str) -> str:
    return re.sub(r"\\\{\w+\\\}|\\\{\w+:\w+\\\}", "[^/]+", re.escape(path))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes behind an earlier one that matches the same path."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    for route in facts.routes:
        key = (route.module.path, route.decorator.name.rpartition(".")[0], route.method)
        before = seen.setdefault(key, [])
        if "{" not in route.path:
            hidden = next(
                (p for p in before if "{" in p and re.fullmatch(_pattern(p), route.path)), ""
            )
            if hidden:
                yield at(
                    route.module,
                    route.function,
                    f"{route.path} is never reached: {hidden} stands before it.",
                )
        before.append(route.path)


RULE = Rule(
    requirement="access:documented",
    category="route-shadowed",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A route can never be reached.",
    why="FastAPI takes the first match; the rule that was written for this path is never applied.",
    remedy="Declare fixed paths before those with parameters.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/{task_id}")
def task(task_id: int, user=Depends(get_current_user)):
    return 1

@app.get("/profile")
def profile(user=Depends(get_current_user)):
    return 2
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

@app.get("/profile")
def profile(user=Depends(get_current_user)):
    return 2

@app.get("/{task_id}")
def task(task_id: int, user=Depends(get_current_user)):
    return 1
"""
            }
        ),
    ),
)
