import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_FIELD: Final = re.compile(r"\b(?:hashed_password|password_hash|password_digest|hashed_pw)\b")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes whose answer model holds the password hash."""
    for route in facts.routes:
        text = route.decorator.text_of("response_model")
        for name in re.findall(r"[A-Z]\w+", text):
            found = facts.project.classes.get(name)
            if found and re.search(
                r"^\s+(?:hashed_password|password_hash|password_digest)\s*:",
                found[1].text,
                re.MULTILINE,
            ):
                yield at(
                    route.module,
                    route.function,
                    f"The answer model {name} holds the password hash.",
                )


RULE = Rule(
    requirement="error:no-leak",
    category="sensitive-field-exposed",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A password hash is part of an answer.",
    why="Hashes can be tried offline until the password is known.",
    remedy="Answer with a model of its own that lists the public fields.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

class User(SQLModel, table=True):
    id: int
    hashed_password: str

@app.get("/profile", response_model=User)
def profile(user=Depends(get_current_user)):
    return user
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

class UserRead(SQLModel):
    id: int

@app.get("/profile", response_model=UserRead)
def profile(user=Depends(get_current_user)):
    return user
"""
            }
        ),
    ),
)
