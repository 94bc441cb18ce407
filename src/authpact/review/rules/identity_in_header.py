import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Function, Module
from authpact.review._rule import Case, Hit, Rule, at

_NAME: Final = (
    r"(?:x[-_])?(?:user|auth|authenticated|forwarded|current)[-_]?(?:user[-_]?)?(?:id|email|user)"
)
_READ: Final = re.compile(
    rf"headers\w*(?:\.get\(|\[)\s*[\"']{_NAME}[\"']|Header\([^)]*alias\s*=\s*[\"']{_NAME}[\"']",
    re.IGNORECASE,
)
_PARAMETER: Final = re.compile(r"^x_(?:user|auth)_?(?:user_)?(?:id|email|user)$")
_SIGNED: Final = re.compile(
    r"hmac|compare_digest|signature|internal_(?:secret|key|token)|proxy_secret|service_(?:key|token)",
    re.IGNORECASE,
)


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
    if any(_SIGNED.search(m.code) for m in facts.python):
        return
    readers = [(m, f) for m in facts.python for f in m.functions if _reads(f)]
    for root in dict.fromkeys(m.path.partition("/")[0] for m, _ in readers):
        inside = [r for r in readers if r[0].path.partition("/")[0] == root]
        module, function = _best(inside)
        message = f"{function.name} believes a header about who calls; no token is verified."
        yield at(module, function, message)


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
    if not hmac.compare_digest(request.headers["x-mac"], mac(request)):
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
