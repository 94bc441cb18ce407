import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_WRITES: Final = frozenset(["post", "put", "patch", "delete"])
_REFUSES: Final = lazy(r"\braise\b|\babort\(|\b403\b")


def _asks(route: Route, name: str) -> bool:
    """Whether a handler looks at the role of the caller."""
    return bool(
        re.search(
            rf"(?<![\w.]){re.escape(name)}(?:\.|\[[\"'])(?:\w*role\w*|is_\w+)\b",
            route.function.text,
        )
    )


def _source(route: Route) -> str:
    """Return the dependency that gives the caller of a route."""
    for one in route.function.parameters:
        if one.name == route.principal:
            found = re.search(r"Depends\(\s*([\w.]+)", f"{one.annotation} {one.default}")
            return found[1] if found else one.annotation
    return ""


def _is_own(route: Route) -> bool:
    """Whether a handler compares the caller with what the path names."""
    me = rf"(?<![\w.]){re.escape(route.principal)}\b[^\n]{{0,20}}"
    return bool(re.search(rf"{me}[!=]=|[!=]=\s*(?:str\()?{me}", route.function.text))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield writes that want no role, on a path where another write wants one of the same caller."""
    asked = {
        (r.module.path, r.paths[0], _source(r))
        for r in facts.routes
        if r.method in _WRITES
        and r.principal
        and _asks(r, r.principal)
        and _REFUSES.search(r.function.text)
    }
    for route in facts.routes:
        if route.method not in _WRITES or not (route.reachable and route.principal):
            continue
        if (
            "{" not in route.paths[0]
            or (route.module.path, route.paths[0], _source(route)) not in asked
        ):
            continue
        guarded = re.search(r"role|admin|owner|permission", route.decorator.text_of("dependencies"))
        if not (guarded or _asks(route, route.principal) or _is_own(route)):
            message = (
                "The other write on this path demands a role of the caller; this one does not."
            )
            yield at(route.module, route.function, message)


RULE = Rule(
    requirement="access:role",
    category="missing-role-check",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="One method of a path demands a role, another does not.",
    why="Who may not change a resource may still delete or replace it.",
    remedy="Put the check of the role into a dependency that all writes of the path share.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.patch("/clubs/{club}/seats/{seat}")
def move(club: str, seat: str, me=Depends(get_current_member)):
    if me.role != "chair":
        raise HTTPException(403)
    return seats.move(club, seat)

@app.delete("/clubs/{club}/seats/{seat}")
def remove(club: str, seat: str, me=Depends(get_current_member)):
    return seats.remove(me.club, seat)
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

@app.patch("/clubs/{club}/seats/{seat}")
def move(club: str, seat: str, me=Depends(get_current_member)):
    if me.role != "chair":
        raise HTTPException(403)
    return seats.move(club, seat)

@app.delete("/clubs/{club}/seats/{seat}")
def leave(club: str, seat: str, me=Depends(get_current_member)):
    if seat != me.seat:
        raise HTTPException(403)
    return seats.remove(me.club, seat)
"""
            }
        ),
    ),
)
