import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._dictionaries import returned
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_ACCESS: Final = lazy(
    r"role|admin|staff|moderat|permission|scope|owner|superuser|privilege|allowed|can_|may_|is_",
    re.IGNORECASE,
)
_PARTIAL: Final = lazy(r"(?:functools\.)?partial\(\s*([\w.]+)")
_VERDICT: Final = lazy(
    r"^(?:True|False|not\b|bool\(|any\(|all\()|\b(?:is\s+(?:not\s+)?None|in\s+[\w.\[({]\S*)$|[^=!<>]\s*(?:==|!=|>=|<=|<|>)\s"
)
_DEPENDENCY: Final = lazy(r"(?:Depends|Security)\(\s*([\w.]+)\s*(?:,[^()]*)?(\([^()]*\))?\s*\)")


def _meant(
    facts: Facts, module: Module, name: str, *, is_made: bool
) -> tuple[Module, Function] | None:
    """Return the function that a dependency calls: itself, behind `partial`, or made by another."""
    found = facts.project.symbol(module, name)
    variable = found.module.variables.get(found.name) if found else None
    if found and variable:
        inner = _PARTIAL.match(variable.value)
        return facts.project.function(found.module, inner[1]) if inner else None
    known = facts.project.function(module, name)
    if known is None or not is_made:
        return known
    home, maker = known
    place = home.functions.index(maker)
    inside = (f for f in home.functions if f.parent == place)
    made = (f for f in inside if re.search(rf"\breturn\s+{f.name}\s*$", maker.text, re.MULTILINE))
    return next(((home, f) for f in made), None)


def _only_answers(facts: Facts, module: Module, function: Function) -> bool:
    """Whether a function says yes or no and can refuse nothing."""
    body = function.text.partition(":\n")[2]
    if re.search(r"\braise\b|\babort\(|\bassert\b|\byield\b", body):
        return False
    answers = list(returned(body))
    is_bool = re.search(r"->\s*bool\s*:", function.text) is not None
    if not answers or not (is_bool or all(_VERDICT.search(a) for a in answers)):
        return False
    return not any("raise " in f.text for _, f in facts.project.callees(module, function))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield guards of routes whose verdict nobody looks at, where they are put before routes."""
    seen: set[tuple[str, int]] = set()
    for module in facts.python:
        for call in (c for c in module.calls if c.text_of("dependencies")):
            for found in _DEPENDENCY.finditer(call.text_of("dependencies")):
                meant = _meant(facts, module, found[1], is_made=found[2] is not None)
                if meant is None or not _only_answers(facts, *meant):
                    continue
                home, function = meant
                named = f"{found[1]} {function.name}"
                if not _ACCESS.search(named) or (home.path, function.line) in seen:
                    continue
                seen.add((home.path, function.line))
                message = (
                    f"{function.name} only answers yes or no; as a dependency it refuses nobody."
                )
                yield at(home, function, message)
                yield at(
                    module, call.line, f"{found[1]} refuses nobody here: its answer is dropped."
                )


RULE = Rule(
    requirement="access:role",
    category="missing-role-check",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The verdict of a role guard is dropped.",
    why="FastAPI ignores what a dependency in `dependencies` returns: a guard that returns False lets everybody in.",
    remedy="Raise HTTPException(403) in the guard.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def is_captain(user=Depends(get_current_user)):
    return user.rank == "captain"

@app.post("/boats/{boat_id}/sink", dependencies=[Depends(is_captain)])
def sink(boat_id: int):
    boats.sink(boat_id)
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

def is_captain(user=Depends(get_current_user)) -> bool:
    if user.rank != "captain":
        raise HTTPException(403)
    return True

@app.post("/boats/{boat_id}/sink", dependencies=[Depends(is_captain)])
def sink(boat_id: int):
    boats.sink(boat_id)
"""
            }
        ),
    ),
)
