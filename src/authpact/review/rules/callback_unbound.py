import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_PATH: Final = lazy(r"(?:callback|oauth2?callback)(?:/\{\w+\})?/?$", re.IGNORECASE)
_BOUND: Final = lazy(
    r"cookies(?:\.get\(|\[)|request\.session|Cookie\(|create_\w*token|set_cookie|sign_in|upsert_user"
)
"""What ties the callback to the browser that began, or makes it a sign-in."""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield OAuth callbacks that only the state ties to an account."""
    for route in facts.routes:
        if not route.reachable or not any(_PATH.search(p) for p in route.paths):
            continue
        if route.shielded or route.principal:
            continue
        text = route.function.text
        if (
            re.search(r"\bstate\b", text)
            and re.search(r"\bcode\b", text)
            and not _BOUND.search(text)
        ):
            yield at(route.module, route.function, "The callback is not tied to who is signed in.")


RULE = Rule(
    requirement="browser:csrf",
    category="oauth-state-not-bound",
    severity=Severity.HIGH,
    confidence=Confidence.LOW,
    summary="An OAuth callback takes the account from the state alone.",
    why="A victim who follows a prepared link connects their account to the attacker's.",
    remedy="Demand the access token at the callback and compare its subject with the state.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/google/callback")
def callback(data: Callback, db=Depends(get_db)):
    user_id = decode_state(data.state)
    return exchange(data.code, user_id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/{provider}/callback")
def callback(provider: str, code: str, state: str):
    claims = jwt.decode(state, KEY, algorithms=["HS256"])
    return save(claims["sub"], exchange(provider, code))
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

@app.get("/google/callback")
def callback(request: Request, code: str, state: str):
    if request.cookies.get("oauth_state") != state:
        raise HTTPException(400)
    return exchange(code)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/google/callback")
def callback(data: Callback, user=Depends(get_current_user)):
    return exchange(data.code, data.state, user.id)
"""
            }
        ),
    ),
)
