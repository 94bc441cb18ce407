import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_ADDRESS: Final = lazy(
    r"\bf[\"'][^\"'\n]*(?:/bot|[?&](?:api_?key|key|token|access_token)=)\{[^{}\n]*(?:token|key|secret)\w*\}",
    re.IGNORECASE,
)
_LEVEL: Final = lazy(r"basicConfig\([^()]*level\s*=\s*(?:logging\.)?[\"']?(?:INFO|DEBUG)")
_QUIET: Final = lazy(r"getLogger\(\s*[\"']httpx[\"']\s*\)\.(?:setLevel|disabled|propagate)")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield addresses that hold a key and are written to the log by the client library."""
    loud = any(_LEVEL.search(m.code) for m in facts.python)
    if not loud or any(_QUIET.search(m.code) for m in facts.python):
        return
    for module in facts.python:
        if "httpx" not in {i.module for i in module.imports}:
            continue
        for _, line, _ in facts.matches((module,), _ADDRESS):
            yield at(module, line, "httpx logs this address, and the key inside, at INFO.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="credential-logged",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A key stands in an address that is logged.",
    why="httpx writes the address of each request at INFO, which is the level of this application.",
    remedy='Send the key in a header, or `logging.getLogger("httpx").setLevel(logging.WARNING)`.',
    check=check,
    flagged=(
        Case(
            {
                "bot.py": """\
import httpx, logging

logging.basicConfig(level=logging.INFO)

async def send(token, text):
    url = f"{BASE}/bot{token}/sendMessage"
    async with httpx.AsyncClient() as client:
        await client.post(url, json={"text": text})
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "bot.py": """\
import httpx, logging

logging.basicConfig(level=logging.INFO)
logging.getLogger("httpx").setLevel(logging.WARNING)

async def send(token, text):
    url = f"{BASE}/bot{token}/sendMessage"
    async with httpx.AsyncClient() as client:
        await client.post(url, json={"text": text})
"""
            }
        ),
    ),
)
