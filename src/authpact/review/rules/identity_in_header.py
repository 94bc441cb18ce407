import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_NAME: Final = (
    r"(?:x[-_])?(?:user|auth|authenticated|forwarded|current)[-_]?(?:user[-_]?)?(?:id|email|user)"
)
_READ: Final = lazy(
    rf"headers\w*(?:\.get\(|\[)\s*[\"']{_NAME}[\"']|Header\([^)]*alias\s*=\s*[\"']{_NAME}[\"']",
    re.IGNORECASE,
)
_PARAMETER: Final = lazy(r"^x_(?:user|auth)_?(?:user_)?(?:id|email|user)$")
_SIGNED: Final = lazy(r"hmac\.(?:new|digest)|signature", re.IGNORECASE)
_SHARED: Final = lazy(
    r"compare_digest|(?:internal|proxy|gateway|service|shared)_?(?:api_?)?(?:secret|key|token)",
    re.IGNORECASE,
)
"""A secret that the caller shares says which machine asks, and not for whom."""


def _reads(function: Function) -> bool:
    if "eader" not in function.text:
        return False
    named = any(
        _PARAMETER.match(p.name) and "Header(" in f"{p.annotation}{p.default}"
        for p in function.parameters
    )
    return named or bool(_READ.search(function.text))


def _best(readers: list[tuple[Module, Function]]) -> tuple[Module, Function]:
    """Return where the identity is taken: a helper about the user before a route."""
    helpers = [r for r in readers if not r[1].decorators]
    about = [r for r in helpers if "user" in r[1].name or "identity" in r[1].name]
    return (about or helpers or readers)[0]


def check(facts: Facts) -> Iterator[Hit]:
    """Yield APIs that believe a header about who calls, and verify no token at all."""
    if facts.verifications or not facts.routes:
        return
    readers = [(m, f) for m in facts.python for f in m.functions if _reads(f)]
    if any(_SIGNED.search(m.code) for m, _ in readers):
        return
    for root in dict.fromkeys(m.path.partition("/")[0] for m, _ in readers):
        inside = [r for r in readers if r[0].path.partition("/")[0] == root]
        module, function = _best(inside)
        message = f"{function.name} believes a header about who calls; no token is verified."
        shared = bool(_SHARED.search(module.code))
        yield at(module, function, message, Severity.MEDIUM if shared else None)


RULE = Rule(
    requirement="access:authenticated",
    category="not-jwt-bearer",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The API identifies users by a plain header.",
    why="Anybody who reaches the API writes any user id into the header and is that user.",
    remedy="Verify an access token and take the user from its `sub`.",
    check=check,
    flagged=(
        Case(
            {
                "api/main.py": """\
from fastapi import FastAPI, Request

app = FastAPI()

def current_user(request: Request) -> str:
    if request.headers.get("X-Gateway-Key") != GATEWAY_KEY:
        raise HTTPException(status_code=401)
    return request.headers.get("X-User-Id")

@app.get("/a")
def a(request: Request):
    return current_user(request)
"""
            }
        ),
        Case(
            {
                "api/main.py": """\
from fastapi import FastAPI, Request

app = FastAPI()

def require_user(request: Request) -> str:
    return request.headers.get("x-user-id")

@app.get("/a")
def a(request: Request):
    return require_user(request)
"""
            }
        ),
        Case(
            {
                "api/main.py": """\
from fastapi import FastAPI, Header

app = FastAPI()

@app.get("/a")
def a(x_user_id: str = Header()):
    return x_user_id
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/main.py": """\
import hmac
from fastapi import FastAPI, Request

app = FastAPI()

def require_user(request: Request) -> str:
    mac = hmac.new(KEY, request.headers["x-user-id"].encode(), "sha256").hexdigest()
    if not hmac.compare_digest(request.headers["x-mac"], mac):
        raise HTTPException(status_code=401)
    return request.headers.get("x-user-id")

@app.get("/a")
def a(request: Request):
    return require_user(request)
"""
            }
        ),
        Case(
            {
                "api/main.py": """\
import jwt
from fastapi import FastAPI, Request

app = FastAPI()

@app.get("/a")
def a(request: Request):
    request.headers.get("x-request-id")
    return jwt.decode(request.headers["authorization"], KEY, algorithms=["ES256"])
"""
            }
        ),
    ),
)
