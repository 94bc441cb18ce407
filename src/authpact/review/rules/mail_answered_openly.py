import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._public import is_public
from authpact.review.source._pattern import lazy

_CONTACT: Final = lazy(
    r"^\s+(e?mail(?:_address)?|phone(?:_number)?|date_of_birth)\s*:", re.MULTILINE
)
_DEEP: Final = 4


def _fields(facts: Facts, name: str, depth: int = 0) -> str:
    """Return the text of a model with the models that it is derived from."""
    known = facts.project.classes.get(name)
    if known is None or depth > _DEEP:
        return ""
    above = (_fields(facts, b.rpartition(".")[2], depth + 1) for b in known[1].bases)
    return "\n".join((known[1].text, *above))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield open routes that answer with how to reach people."""
    if not any(r.protected for r in facts.routes):
        return  # nothing is kept from anybody here; other rules say so
    for route in facts.routes:
        answered = route.decorator.text_of("response_model")
        if route.protected or not route.reachable or route.method != "get" or not answered:
            continue
        if route.shadow or is_public(route):
            continue
        for name in re.findall(r"[A-Z]\w+", answered):
            told = _CONTACT.search(_fields(facts, name))
            if told:
                message = f"{name} tells everybody the {told[1]} of people."
                yield at(route.module, route.function, message)
                break


def _players(model: str, guard: str = "") -> Case:
    """Return a ranking that answers with a model."""
    return Case(
        {
            "main.py": f"""\
from fastapi import FastAPI, Depends

app = FastAPI()

class Player(BaseModel):
    id: str
    nickname: str

class PlayerRead(Player):
    email: str

@app.get("/mine", response_model=PlayerRead)
def mine(user=Depends(get_current_user), db=Depends(get_db)):
    return db.get(Row, user.id)

@app.get("/ranking", response_model=list[{model}]{guard})
def ranking(db=Depends(get_db)):
    return db.scalars(select(Row).order_by(Row.points)).all()
"""
        }
    )


RULE = Rule(
    requirement="error:no-leak",
    category="sensitive-field-exposed",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="An open route answers with e-mail addresses.",
    why="Anybody can collect the addresses of all users, and knows then who has an account.",
    remedy="Answer with a model of its own that holds what everybody may know of a person.",
    check=check,
    flagged=(_players("PlayerRead"),),
    accepted=(
        _players("Player"),
        _players("PlayerRead", ", dependencies=[Depends(get_current_user)]"),
    ),
)
