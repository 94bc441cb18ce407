from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import handlers_around
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Function, Handler, Module
from authpact.review.source._pattern import lazy

_KEYS: Final = frozenset({"get_signing_key_from_jwt", "get_signing_key"})
_CATCHES: Final = lazy(r"^$|\b(?:Base)?Exception\b|PyJWTError|PyJWKClient\w*Error|PyJWKError")
_TOKEN: Final = lazy(r"InvalidTokenError|ExpiredSignature|DecodeError|InvalidSignature")
_MAKES: Final = frozenset({"PyJWK", "from_dict", "from_json"})
_DEEP: Final = 2
_Known = dict[tuple[str, int, int], list[Handler]]


def _outside(
    facts: Facts, module: Module, function: Function, depth: int, known: _Known
) -> list[Handler]:
    """Return the handlers that stand around the calls of a function, and around their callers."""
    place = module.path, function.start, depth
    if depth and place not in known:
        known[place] = []
        for home, outer, line in facts.project.callers(module, function):
            known[place] += handlers_around(home, line)
            known[place] += _outside(facts, home, outer, depth - 1, known)
    return known.get(place, [])


def _made_by_hand(facts: Facts) -> Iterator[Hit]:
    """Yield calls inside a `try` for tokens alone whose callee makes a key that may be odd."""
    made = [(m, m.function_of(c)) for m in facts.python for c in m.calls if _is_made(c)]
    names = {f.name for _, f in made if f is not None} | _MAKES
    for module in facts.python if made else ():
        for call in module.called(*names):
            called = None if _is_made(call) else facts.project.callee(module, call)
            makes = _is_made(call) or (
                called is not None and any(_is_made(c) for c in called[0].calls_in(called[1]))
            )
            if not makes or (called and any(_is_safe(*called, c) for c in called[0].calls)):
                continue
            met = handlers_around(module, call.line)
            some = any(_TOKEN.search(h.caught) for h in met)
            if some and not any(_CATCHES.search(h.caught) for h in met):
                yield at(module, call, "A key that is none ends in a server error.")


def _is_made(call: Call) -> bool:
    return call.last in _MAKES and call.name.removeprefix("jwt.").startswith("PyJWK")


def _is_safe(module: Module, function: Function, call: Call) -> bool:
    """Whether a call makes a key inside of a `try` of its own."""
    inside = function.start <= call.start < function.end
    return inside and _is_made(call) and bool(handlers_around(module, call.line))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield look-ups of the key whose own errors no handler catches, though those of tokens are."""
    if any("exception_handler(" in m.code and "PyJWK" in m.code for m in facts.python):
        return
    known: _Known = {}
    for module in facts.python:
        for call in module.called(*_KEYS):
            function = module.function_of(call)
            if function is None:
                continue
            met = handlers_around(module, call.line)
            met += _outside(facts, module, function, _DEEP, known)
            some = any(_TOKEN.search(h.caught) for h in met)
            if some and not any(_CATCHES.search(h.caught) for h in met):
                yield at(module, call, "An unknown key id, or an outage, ends in a server error.")
    yield from _made_by_hand(facts)


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-error-500",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Errors of the key look-up are not caught.",
    why="PyJWKClientError is no InvalidTokenError: a forged key id is answered with 500.",
    remedy="Catch PyJWKClientConnectionError (503) and PyJWKClientError (401) as well.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt

def key_of(keys, kid):
    return jwt.PyJWK.from_dict(keys[kid]).key

def read(token, keys):
    try:
        kid = jwt.get_unverified_header(token)["kid"]
        return jwt.decode(token, key_of(keys, kid), algorithms=["EdDSA"])
    except jwt.InvalidTokenError:
        raise HTTPException(401)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    key = jwks_client.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["ES256"])
""",
                "deps.py": """\
from jwt import InvalidTokenError
from auth import read

def current_user(token):
    try:
        return read(token)
    except InvalidTokenError:
        raise HTTPException(401)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "keys/auth.py": """\
def read(token):
    return jwks_client.get_signing_key_from_jwt(token)
""",
                "keys/deps.py": """\
from auth import read as parsed

def current_user(token):
    try:
        return parsed(token)
    except PyJWKClientError:
        raise HTTPException(401)
""",
                "files/importer.py": """\
from files.table import read

def rows(path):
    try:
        return read(path)
    except InvalidTokenError:
        return []
""",
                "files/table.py": """\
def read(path):
    return open(path).read()
""",
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def key_of(keys, kid):
    try:
        return jwt.PyJWK.from_dict(keys[kid]).key
    except jwt.PyJWTError:
        raise HTTPException(401)

def read(token, keys):
    try:
        return jwt.decode(token, key_of(keys, "a"), algorithms=["EdDSA"])
    except jwt.InvalidTokenError:
        raise HTTPException(401)
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
        return jwt.decode(token, key.key, algorithms=["ES256"])
    except jwt.PyJWKClientError:
        raise HTTPException(401)
    except jwt.InvalidTokenError:
        raise HTTPException(401)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    key = jwks_client.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["ES256"])

def current_user(token):
    try:
        return read(token)
    except jwt.InvalidTokenError:
        raise HTTPException(401)
    except Exception:
        raise HTTPException(503)
"""
            }
        ),
    ),
)
