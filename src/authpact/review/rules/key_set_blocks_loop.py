import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Mend, Severity
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._key_sets import is_blocking, is_key_fetch
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy

_BLOCKS: Final = lazy(
    r"\.get_signing_key_from_jwt\(|\brequests\.get\([^)]*jwks|\bhttpx\.get\([^)]*jwks|urlopen\([^)]*jwks",
    re.IGNORECASE,
)
_FETCHES: Final = lazy(r"^(?:requests|httpx)\.get$|(?:^|\.)urlopen$")
_DEEP: Final = 3
_MESSAGE: Final = "A blocking fetch of the key set runs on the event loop."
_Place = tuple[Module, Call | None]


def _is_fetch(module: Module, call: Call) -> bool:
    """Whether a call itself fetches a key set and waits for it."""
    given = call.arguments[0].text if call.arguments else ""
    plain = bool(_FETCHES.search(call.name)) and "jwks" in given.lower()
    return plain or (is_key_fetch(module, call) and is_blocking(module, call))


def _blocks(facts: Facts, module: Module, function: Function, depth: int) -> _Place | None:
    """Return where a function fetches in a blocking way: the fetch, or the look-up of a client."""
    fetch = next((c for c in module.calls_in(function) if _is_fetch(module, c)), None)
    if fetch is not None:
        return module, fetch
    if _BLOCKS.search(function.text):
        return module, None
    if depth == 0:
        return None
    inner = (
        _blocks(facts, m, f, depth - 1)
        for m, f in facts.project.callees(module, function)
        if not f.is_async
    )
    return next((place for place in inner if place is not None), None)


def _in_a_thread(facts: Facts, module: Module, function: Function) -> Mend | None:
    """Make a dependency that waits for nothing a plain function; FastAPI runs it in a thread."""
    name = re.escape(function.name)
    waits = re.search(r"\b(?:await|async\s+(?:for|with))\b", function.text)
    awaited = any(re.search(rf"\bawait\s+(?:\w+\.)?{name}\(", m.code) for m in facts.python)
    depended = any(re.search(rf"\bDepends\(\s*{name}\s*\)", m.code) for m in facts.python)
    if waits or awaited or not depended:
        return None
    old = f"async def {function.name}("
    return swap(module.text, function.line, old, old.removeprefix("async "), safe=True)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield async functions that fetch keys in a blocking way."""
    for module in facts.python:
        for function in module.functions:
            plain = bool(facts.routes) and not function.owner
            dead = plain and not facts.is_reached(module, function)
            if not function.is_async or dead:
                continue
            for call in module.calls_in(function):
                if re.search(r"to_thread|run_in_threadpool|run_in_executor", call.name):
                    continue
                called = facts.project.callee(module, call)
                direct = (
                    _BLOCKS.search(f"{'.' if '.' in call.name else ''}{call.last}(")
                    and "signing_key" in call.last
                )
                inside = (
                    _blocks(facts, *called, _DEEP) if called and not called[1].is_async else None
                )
                if direct or inside or _is_fetch(module, call):
                    fetch = inside if inside and inside[1] else None
                    home = fetch[0] if fetch else module
                    mend = _in_a_thread(facts, module, function) if home is module else None
                    yield at(home, (fetch and fetch[1]) or call, _MESSAGE, mend=mend)
                    break


RULE = Rule(
    requirement="keyset:bounded-refresh",
    category="sync-jwks-in-async",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The key set is fetched by blocking code in an async function.",
    why="PyJWKClient waits with urllib; while it does, no request of this process is answered.",
    remedy="Make the dependency a plain `def`, so that it runs in a thread, or fetch with an async client.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from jwt import PyJWKClient

client = PyJWKClient(URL)

async def current_user(token: str):
    return client.get_signing_key_from_jwt(token)
"""
            }
        ),
        Case(
            {
                "auth.py": """from jwt import PyJWKClient

client = PyJWKClient(URL)

async def current_user(token: str = Depends(bearer)):
    return client.get_signing_key_from_jwt(token)
""",
                "api.py": """@router.get("/me")
async def me(user=Depends(current_user)):
    return user
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from jwt import PyJWKClient

app = FastAPI()
client = PyJWKClient(URL)

class Guard(HTTPBearer):
    async def __call__(self, request):
        return client.get_signing_key_from_jwt(await super().__call__(request))

guard = Guard()

@app.get("/me")
def me(user=Depends(guard)):
    return user
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import requests

async def keys():
    return requests.get(JWKS_URL, timeout=5).json()
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import requests

class Guard(HTTPBearer):
    async def __call__(self, request):
        return self.verify(request)

    def verify(self, request):
        jwks_url = f"{BASE}/api/auth/jwks"
        return requests.get(jwks_url, timeout=5).json()
"""
            }
        ),
        Case(
            {
                "keys.py": """\
import requests as web

class Keys:
    async def by_id(self, kid):
        if kid not in self.known:
            found = web.get(self.address, timeout=4).json()["keys"]
            self.known = {one["kid"]: one for one in found}
        return self.known.get(kid)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "keys.py": """\
import httpx

class Keys:
    async def by_id(self, kid):
        async with httpx.AsyncClient() as web:
            found = (await web.get(self.address)).json()["keys"]
        return {one["kid"]: one for one in found}.get(kid)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from jwt import PyJWKClient

client = PyJWKClient(URL)

def current_user(token: str):
    return client.get_signing_key_from_jwt(token)

async def unused(token: str):
    return current_user(token)
""",
                "main.py": """\
from fastapi import FastAPI, Depends
from auth import current_user

app = FastAPI()

@app.get("/me")
def me(user=Depends(current_user)):
    return user
""",
            }
        ),
        Case(
            {
                "auth.py": """\
from jwt import PyJWKClient

client = PyJWKClient(URL)

def current_user(token: str):
    return client.get_signing_key_from_jwt(token)
"""
            }
        ),
    ),
)
