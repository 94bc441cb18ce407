import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_SHAPE: Final = re.compile(
    r"Depends\(\s*\w*(?:security|bearer|oauth2|scheme)\w*|HTTPAuthorizationCredentials",
    re.IGNORECASE,
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield dependencies that verify tokens while no route uses any."""
    routes = [r for r in facts.routes if r.reachable]
    for module in facts.python:
        root = module.path.rpartition("/")[0].partition("/")[0]
        near = [r for r in routes if r.module.path.partition("/")[0] == root or not root]
        if not near or any(r.protected for r in near):
            continue
        for function in module.functions:
            signature = " ".join(f"{p.annotation} {p.default}" for p in function.parameters)
            if _SHAPE.search(signature) and not facts.is_reached(module, function):
                yield at(
                    module, function, f"{function.name} verifies tokens, but no route uses it."
                )
                break


RULE = Rule(
    requirement="access:deny-by-default",
    category="auth-dependency-unused",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="The dependency that verifies tokens is dead code.",
    why="The API looks protected and answers everybody.",
    remedy="Put the dependency on the router: `APIRouter(dependencies=[Depends(…)])`.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def get_current_user(credentials=Depends(security)):
    return jwt.decode(credentials)

@app.get("/tasks")
def tasks(db=Depends(get_db)):
    return db.all()
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

def get_current_user(credentials=Depends(security)):
    return jwt.decode(credentials)

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
"""
            }
        ),
    ),
)
