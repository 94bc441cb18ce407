import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_PATH: Final = re.compile(r"/(?:logout|log-out|sign-?out|sign_out)/?$", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield sign-out routes that end nothing."""
    for route in facts.routes:
        if not any(_PATH.search(p) for p in route.paths):
            continue
        body = route.function.text
        if not re.search(
            r"delete|revoke|blacklist|denylist|invalidate|remove|\.add\(|execute|commit|await \w+\.",
            body,
            re.IGNORECASE,
        ):
            yield at(route.module, route.function, "Sign-out ends nothing on the server.")


RULE = Rule(
    requirement="session:sign-out",
    category="session-not-revocable",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Signing out does nothing on the server.",
    why="A copied token or cookie keeps working.",
    remedy="End the session at Better Auth and keep access tokens short.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/logout")
def logout():
    return {"message": "ok"}
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

@app.post("/logout")
def logout(db=Depends(get_db)):
    db.delete(session)
    return {"message": "ok"}
"""
            }
        ),
    ),
)
