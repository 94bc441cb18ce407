import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_READ: Final = lazy(
    r"cookies(?:\.get\(|\[)\s*[\"'][\w.-]*(?:token|jwt|session)[\w.-]*[\"']|[\"'][\w.-]*token[\"']\s+in\s+\w+\.cookies"
    r"|Cookie\([^)]*alias\s*=\s*[\"'][\w.-]*(?:token|jwt)",
    re.IGNORECASE,
)
_SENDS: Final = lazy(r"\bAuthorization\b|\bBearer\b")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield APIs that read their token from a cookie, where no client sends a header."""
    if not facts.scripts or any(_SENDS.search(m.code) for m in facts.scripts):
        return
    for v in facts.verifications:
        if v.function is None or not facts.is_reached(v.module, v.function):
            continue
        found = next(lines_matching(v.module.code, _READ), None)
        if found:
            yield at(v.module, found[0], "The token comes in a cookie; no client sends a header.")
            return


RULE = Rule(
    requirement="transport:one-place",
    category="not-jwt-bearer",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Browsers are authenticated by a cookie instead of a bearer token.",
    why="A cookie goes along with requests of foreign pages; the API needs a defence against them that bearer tokens do not need.",
    remedy="Send the access token in the Authorization header, or add a defence against forged requests.",
    check=check,
    flagged=(
        Case(
            {
                "web/api.ts": 'fetch(`${API_URL}/a`, { credentials: "include" });\n',
                "api/main.py": """\
import jwt
from fastapi import Depends, FastAPI, Request

app = FastAPI()

def current_user(request: Request):
    return jwt.decode(request.cookies.get("access_token"), KEY, algorithms=["ES256"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/api.ts": "fetch(`${API_URL}/a`, { headers: { Authorization: `Bearer ${token}` } });\n",
                "api/main.py": """\
import jwt
from fastapi import Depends, FastAPI, Request

app = FastAPI()

def current_user(request: Request):
    token = request.cookies.get("access_token") or request.headers["authorization"]
    return jwt.decode(token, KEY, algorithms=["ES256"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user
""",
            }
        ),
    ),
)
