import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.facts._key_sets import fetched, is_key_fetch
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy

_MESSAGE: Final = "The key set is fetched once and never again."
_KEPT: Final = lazy(
    r"^[ \t]*((?:self\.)?\w*(?:jwks|keys?)\w*)[ \t]*(?::[^=\n]+)?=[^=\n][^\n]*(?:\.json\(\)|await|fetch|load)",
    re.MULTILINE | re.IGNORECASE,
)
_AGED: Final = lazy(r"time|ttl|expir|max_?age|refresh|force|fetched_at|_at\b", re.IGNORECASE)
_AGAIN: Final = lazy(r"while\s+True|create_task|\.sleep\(|add_job|start_soon|Thread\(")
_STORED: Final = lazy(r"\s*(?:\w+\.)*(\w+)\s*(?::[^=\n]+)?=(?!=)")


def _kept_for_ever(module: Module, function: Function) -> bool:
    """Whether a function returns the keys that it fetched once, whatever their age."""
    text = function.text
    if ".json()" not in text or "jwks" not in text.lower() or _AGED.search(_without_timeouts(text)):
        return False
    for name in set(_KEPT.findall(text)):
        plain = re.escape(name)
        known = re.search(
            rf"\bif\s+{plain}(?:\s+is\s+not\s+None)?\s*:\s*\n\s*return\s+{plain}\b"
            rf"|\bif\s+(?:not\s+{plain}|{plain}\s+is\s+None)\s*:",
            text,
        )
        shared = name.startswith("self.") or re.search(rf"\bglobal\b[^\n]*\b{plain}\b", text)
        reset = re.findall(
            rf"^[ \t]+{plain}\s*=\s*(?:None|\{{\}})\s*$|{plain}\.clear\(", module.code, re.MULTILINE
        )
        in_init = sum("self." in r for r in reset) and name.startswith("self.")
        if known and shared and len(reset) <= (1 if in_init else 0):
            return True
    return False


def _without_timeouts(text: str) -> str:
    return re.sub(r"timeout\w*", "", text, flags=re.IGNORECASE)


def _once(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield key sets that are fetched when the process starts, and by nothing later."""
    rows = list(fetched(facts.project))
    if any(not _at_start(m.function_of(c)) for m, c in rows):
        return
    for module, call in rows:
        function = module.function_of(call)
        text = function.text if function else ""
        later = _AGAIN.search(text) or any("get_signing_key" in c.name for c in module.calls)
        if not later:
            yield module.path, _refusal(facts, module, function, call)


def _at_start(function: Function | None) -> bool:
    """Whether a function runs once, when the process starts; so does code outside of functions."""
    if function is None:
        return True
    named = function.name in {"lifespan", "startup", "on_startup"}
    starts = any(d.last in {"asynccontextmanager", "on_event"} for d in function.decorators)
    return named or (starts and ("yield" in function.text or "startup" in function.text))


def _refusal(facts: Facts, module: Module, loads: Function | None, call: Call) -> Hit:
    """Return where the kept keys are asked for a key id, or the fetch when that is not seen."""
    lines = module.lines[call.line - 1 : loads.end_line if loads else call.end_line]
    names = [m[1] for t in lines if (m := _STORED.match(t))]
    for home in facts.python if names else ():
        for number, text in enumerate(home.lines, 1):
            outside = (
                home is not module or loads is None or not loads.line <= number <= loads.end_line
            )
            if outside and any(
                re.search(rf"\b{n}(?:\.get\(|\[)[^)\]]*kid|\bin\s+[\w.]*\b{n}\b", text)
                for n in names
            ):
                return at(home, number, _MESSAGE)
    return at(module, call, _MESSAGE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield key sets that are fetched once and kept for ever."""
    for module in facts.python:
        for function in module.functions:
            for_ever = any(d.last in {"lru_cache", "cache"} for d in function.decorators)
            if (
                for_ever
                and any(is_key_fetch(module, c) for c in module.calls_in(function))
                and "cache_clear" not in module.code
            ) or _kept_for_ever(module, function):
                yield at(module, function, _MESSAGE)
    yield from once(_once(facts))


RULE = Rule(
    requirement="key:rotation",
    category="jwks-no-refresh-on-unknown-kid",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A new key of the issuer is never picked up.",
    why="After a rotation every token is refused until the API is restarted.",
    remedy="Fetch again, with a cooldown, when a token names an unknown key id.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
import requests
from contextlib import asynccontextmanager

@asynccontextmanager
async def begin(app):
    app.state.known = {k["kid"]: k for k in requests.get(JWKS_URL, timeout=4).json()["keys"]}
    yield

def key(request, kid):
    if kid not in request.app.state.known:
        raise HTTPException(401)
    return request.app.state.known[kid]
"""
            }
        ),
        Case(
            {
                "keys.py": 'import requests\nKNOWN = requests.get(JWKS_URL, timeout=4).json()["keys"]\n'
            }
        ),
        Case(
            {
                "auth.py": """\
from functools import lru_cache
import httpx

@lru_cache
def jwks():
    return httpx.get(JWKS_URL).json()
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import httpx

_jwks = None

async def keys():
    global _jwks
    if _jwks:
        return _jwks
    async with httpx.AsyncClient(timeout=5) as client:
        _jwks = (await client.get(JWKS_URL)).json()
    return _jwks
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
import requests
from contextlib import asynccontextmanager

@asynccontextmanager
async def lifespan(app):
    app.state.known = requests.get(JWKS_URL, timeout=4).json()["keys"]
    yield

def again(app):
    app.state.known = requests.get(JWKS_URL, timeout=4).json()["keys"]
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import httpx

_jwks = None

async def keys():
    global _jwks
    if _jwks:
        return _jwks
    async with httpx.AsyncClient() as client:
        _jwks = (await client.get(JWKS_URL)).json()
    return _jwks

async def key(kid):
    global _jwks
    found = by_id(await keys(), kid)
    if found is None:
        _jwks = None
        found = by_id(await keys(), kid)
    return found
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from functools import lru_cache
from jwt import PyJWKClient

@lru_cache
def client():
    return PyJWKClient(JWKS_URL)
"""
            }
        ),
    ),
)
