import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Function, Module
from authpact.review._rule import Case, Hit, Rule, at

_MESSAGE: Final = "The key set is fetched once and never again."
_KEPT: Final = re.compile(
    r"^[ \t]*((?:self\.)?\w*(?:jwks|keys?)\w*)[ \t]*(?::[^=\n]+)?=[^=\n][^\n]*(?:\.json\(\)|await|fetch|load)",
    re.MULTILINE | re.IGNORECASE,
)
_AGED: Final = re.compile(r"time|ttl|expir|max_?age|refresh|force|fetched_at|_at\b", re.IGNORECASE)


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


def check(facts: Facts) -> Iterator[Hit]:
    """Yield key sets that are fetched once and kept for ever."""
    for module in facts.python:
        for function in module.functions:
            for_ever = any(d.last in {"lru_cache", "cache"} for d in function.decorators)
            if (
                for_ever
                and re.search(r"jwks", function.text, re.IGNORECASE)
                and ".json()" in function.text
                and "cache_clear" not in module.code
            ) or _kept_for_ever(module, function):
                yield at(module, function, _MESSAGE)


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
