import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_PATH: Final = lazy(r"/(?:logout|log-out|sign-?out|sign_out)/?$", re.IGNORECASE)


_ENDS: Final = lazy(
    r"\bdelete(?!_cookie)|revoke|blacklist|denylist|invalidate|remove|\.add\(|execute|commit|await \w+\.|sign_?out\(|\.pop\(",
    re.IGNORECASE,
)
_NAME: Final = lazy(r"\bdef\s+\w+")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield sign-out routes that end nothing, or clear the cookie of the caller alone."""
    for route in facts.routes:
        if facts.is_left_behind(route.module) or not any(_PATH.search(p) for p in route.paths):
            continue
        body = _NAME.sub("def", route.function.text)
        if not _ENDS.search(body):
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
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Response

app = FastAPI()

@app.post("/signout")
def signout(response: Response):
    response.delete_cookie("session")
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
