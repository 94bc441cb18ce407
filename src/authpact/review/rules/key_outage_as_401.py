import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._key_sets import outage_in, tried
from authpact.review.source._model import Handler, Module
from authpact.review.source._pattern import lazy

_MESSAGE: Final = 'When the key set cannot be fetched, the answer is "invalid token".'
_KEYS: Final = lazy(r"get_signing_key|jwks", re.IGNORECASE)
_BROAD: Final = frozenset({"", "Exception", "BaseException"})
_OUTAGE: Final = lazy(
    r"PyJWKClientError|PyJWKClientConnectionError|httpx\.\w*Error|RequestException|URLError|RequestError"
)
_KINDS: Final = lazy(rf"PyJWTError|requests\.exceptions|{_OUTAGE.pattern}")
_ANSWERS: Final = lazy(r"\b401\b|HTTP_401|return\s+None|return\s+False")
_FETCHES: Final = lazy(
    r"(?:httpx|requests|client|session)\.get\(\s*[^)]*(?:jwks|_url)|urlopen\(", re.IGNORECASE
)
_SAYS: Final = lazy(r"raise\s+HTTPException\([^)]*\b(?:HTTP_)?401")
_KEPT: Final = lazy(r"\braise\s+(\w+)\s*(?:$|from\b)", re.MULTILINE)
_RAISED: Final = lazy(r"\braise\s+(\w+)\(")


def _refuses(facts: Facts, module: Module, handler: Handler) -> bool:
    """Whether a handler answers 401 by itself, or with an error of the tree that stands for it."""
    if _ANSWERS.search(handler.text):
        return True
    if _raises_kept(module, handler):
        return True
    raised = _RAISED.findall(handler.text)
    known = [
        facts.project.classes[name][1].text for name in raised if name in facts.project.classes
    ]
    return any(re.search(r"\b401\b|HTTP_401", text) for text in known)


def _raises_kept(module: Module, handler: Handler) -> bool:
    """Whether a handler raises an answer 401 that was made before."""
    name = _KEPT.search(handler.text)
    if name is None:
        return False
    kept = rf"\b{name[1]}\s*=\s*HTTPException\([^)]*\b(?:HTTP_)?401"
    return bool(re.search(kept, module.code))


def _told_apart(module: Module, handler: Handler) -> bool:
    """Whether an earlier handler of the same function takes the outage."""
    return any(
        h.function == handler.function
        and h.line < handler.line
        and ("Connection" in h.caught or re.search(r"\b50[234]\b|HTTP_50[234]", h.text))
        for h in module.handlers
    )


def _is_followed(facts: Facts, module: Module, handler: Handler) -> bool:
    """Whether a handler that takes outages by their kind stands behind a fetch, and says 401."""
    if handler.function < 0 or not _KINDS.search(handler.caught):
        return False
    local = "PyJWTError" in handler.caught and not _OUTAGE.search(handler.caught)
    if not _refuses(facts, module, handler) or _told_apart(module, handler):
        return False
    # The base class of PyJWT covers its own client only, not what others fetch with.
    found = outage_in(facts.project, module, handler)
    return found and (not local or _by_client(facts, module, handler))


def _by_client(facts: Facts, module: Module, handler: Handler) -> bool:
    first, last = tried(module, handler)
    for call in module.calls:
        if not first <= call.line <= last:
            continue
        found = facts.project.callee(module, call)
        if "get_signing_key" in call.last or (found and "get_signing_key" in found[1].text):
            return True
    return False


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that call an outage of the issuer an invalid token."""
    for module in facts.python:
        for handler in module.handlers:
            if _is_followed(facts, module, handler):
                yield at(module, handler.line, _MESSAGE)
                continue
            outage = _OUTAGE.search(handler.caught)
            broad = bool(_BROAD & {c.strip() for c in handler.caught.strip("()").split(",")})
            if handler.function < 0 or not (outage or broad):
                continue
            text = module.functions[handler.function].text
            decodes = "decode(" in text or (outage and "Client" in handler.caught)
            fetches = _FETCHES.search(text) and _SAYS.search(handler.text)
            if not (
                _KEYS.search(text) and (decodes or fetches) and _refuses(facts, module, handler)
            ):
                continue
            if not _told_apart(module, handler):
                yield at(module, handler.line, _MESSAGE)


RULE = Rule(
    requirement="keyset:unavailable",
    category="jwks-outage-as-401",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="An outage of the issuer looks like a bad token.",
    why="Clients drop valid sessions and the outage stays hidden.",
    remedy="Catch PyJWKClientConnectionError apart and answer 503 with Retry-After.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt

def reader(token):
    try:
        key = known.get_signing_key_from_jwt(token)
        return jwt.decode(token, key, algorithms=["EdDSA"])
    except jwt.PyJWTError:
        raise HTTPException(401)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import httpx
from joserfc import jwt
from joserfc.errors import JoseError

async def key_set():
    if state.is_old():
        async with httpx.AsyncClient() as web:
            state.keep((await web.get(JWKS_URL)).json())
    return state.keys

async def reader(token):
    try:
        return jwt.decode(token, await key_set(), algorithms=["EdDSA"])
    except (httpx.HTTPError, JoseError):
        raise HTTPException(401)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    refused = HTTPException(status_code=401)
    try:
        key = jwks_client.get_signing_key_from_jwt(token)
        return jwt.decode(token, key.key, algorithms=["EdDSA"])
    except (jwt.PyJWTError, Exception) as error:
        raise refused from error
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    try:
        key = jwks_client.get_signing_key_from_jwt(token)
        return jwt.decode(token, key.key, algorithms=["EdDSA"])
    except Exception:
        return None
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

class Refused(HTTPException):
    def __init__(self, detail):
        super().__init__(status_code=401, detail=detail)

def read(token):
    try:
        key = jwks_client.get_signing_key_from_jwt(token)
        return jwt.decode(token, key.key, algorithms=["EdDSA"])
    except jwt.PyJWKClientError:
        raise Refused("no key")
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import httpx

async def keys():
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(jwks_url)).json()
    except httpx.HTTPError as error:
        raise HTTPException(status_code=401, detail="cannot verify") from error
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import jwt

def reader(token):
    key = known.get_signing_key_from_jwt(token)
    try:
        return jwt.decode(token, key, algorithms=["EdDSA"])
    except jwt.PyJWTError:
        raise HTTPException(401)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import httpx

async def keys():
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(jwks_url)).json()
    except httpx.HTTPError as error:
        raise HTTPException(status_code=503, detail="cannot verify") from error
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    key = jwks_client.get_signing_key_from_jwt(token)
    try:
        return jwt.decode(token, key.key, algorithms=["EdDSA"])
    except jwt.InvalidTokenError:
        return None
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    try:
        key = jwks_client.get_signing_key_from_jwt(token)
        return jwt.decode(token, key.key, algorithms=["EdDSA"])
    except jwt.PyJWKClientConnectionError:
        raise HTTPException(503)
    except jwt.PyJWKClientError:
        raise HTTPException(401)
"""
            }
        ),
    ),
)
