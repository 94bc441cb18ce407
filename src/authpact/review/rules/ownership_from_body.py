import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._routes import Route
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_OWNER: Final = re.compile(r"\b(?:user_id|owner_id)\s*=\s*(?:str\()?(\w+)\.(?:user_id|owner_id)\b")


def _models(route: Route) -> set[str]:
    """Return the parameters that FastAPI fills from the body."""
    return {
        p.name
        for p in route.function.parameters
        if re.match(
            r"[A-Z]\w*(?:Create|Update|Request|In|Schema|Payload|Body|Data)?$", p.annotation
        )
        and p.name != route.principal
        and not p.default.startswith(("Depends", "Security"))
        and p.annotation
        not in {"Request", "Response", "Session", "AsyncSession", "WebSocket", "BackgroundTasks"}
    }


def check(facts: Facts) -> Iterator[Hit]:
    """Yield protected routes that give a new object the owner that the body names."""
    for route in facts.routes:
        if not route.protected or not route.reachable:
            continue
        text, bodies = route.function.text, _models(route)
        for line, match in lines_matching(text, _OWNER):
            compared = re.search(
                rf"{match[1]}\.(?:user_id|owner_id)\s*(?:!=|==)|(?:!=|==)\s*(?:str\()?{match[1]}\.(?:user_id|owner_id)",
                text,
            )
            if match[1] in bodies and not compared:
                yield at(
                    route.module,
                    route.function.line + line - 1,
                    f"The owner is {match[0].partition('=')[2].strip()}, which the caller writes.",
                )
                break


RULE = Rule(
    requirement="ownership:owner-from-token",
    category="ownership-trusts-client-user-id",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The owner of a new object comes from the body.",
    why="Every signed-in user writes objects into the account of any other.",
    remedy="Set the owner from the token and leave the field out of the model.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/tasks")
def make(task: TaskCreate, user=Depends(get_current_user)):
    return Task(title=task.title, user_id=task.user_id)
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

@app.post("/tasks")
def make(task: TaskCreate, user=Depends(get_current_user)):
    return Task(title=task.title, user_id=user.id)
"""
            }
        ),
    ),
)
