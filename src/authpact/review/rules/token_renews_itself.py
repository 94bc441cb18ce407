import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_PATH: Final = lazy(r"/(?:refresh|renew|refresh[-_]token|token/refresh)/?$", re.IGNORECASE)
_VERIFIES: Final = lazy(r"\bdecode\(|verify_\w*token|decode_\w*token|Depends\(\s*get_current")
_ISSUES: Final = lazy(r"\bencode\(|(?:create|make|generate|issue|new)_\w*token")
_STORE: Final = lazy(
    r"\bselect\(|\.query\(|\.execute\(|\.exec\(|\.get\(\s*[A-Z]\w+|find_\w+\(|redis|\bjti\b|revoked|get_user|fetch"
    r"|repo\w*\.|\.refresh_tokens?\b|rotate|denylist|blacklist",
    re.IGNORECASE,
)


def _asks_nobody(facts: Facts, route: Route) -> bool:
    """Whether neither the route nor what it calls looks anything up."""
    calls = route.module.calls_in(route.function)
    named = (facts.project.function(route.module, c.name) for c in calls if "." not in c.name)
    texts = [route.function.text, *(found[1].text for found in named if found)]
    return not any(_STORE.search(text) for text in texts)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes that renew any token without asking whether the session still lives."""
    for route in facts.routes:
        text = route.function.text
        if (
            any(_PATH.search(p) for p in (*route.paths, route.path))
            and _VERIFIES.search(text)
            and _ISSUES.search(text)
            and _asks_nobody(facts, route)
        ):
            message = "A token renews itself for ever; no session, user or list is looked up."
            yield at(route.module, route.function, message)


RULE = Rule(
    requirement="session:reissue",
    category="session-not-revocable",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A token renews itself without a look at the session.",
    why="Whoever copies one token has the account for ever: nothing on the server can end it.",
    remedy="Keep refresh tokens in a store, use each once, and look the user up; or let Better Auth hold the session.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
import jwt
from fastapi import FastAPI

app = FastAPI()

@app.post("/auth/refresh")
def refresh(body: Refresh):
    claims = jwt.decode(body.token, KEY, algorithms=["HS256"])
    return {"access_token": create_token(claims["sub"])}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
import jwt
from fastapi import FastAPI

app = FastAPI()

@app.post("/auth/refresh")
def refresh(body: Refresh, db=Depends(get_db)):
    claims = jwt.decode(body.token, KEY, algorithms=["HS256"])
    found = db.get(RefreshToken, claims["jti"])
    return {"access_token": create_token(found.user_id)}
"""
            }
        ),
    ),
)
