import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Function, Module
from authpact.review._rule import Case, Hit, Rule, at

_BLOCKS: Final = re.compile(
    r"\.get_signing_key_from_jwt\(|\brequests\.get\([^)]*jwks|\bhttpx\.get\([^)]*jwks|urlopen\([^)]*jwks",
    re.IGNORECASE,
)
_DEEP: Final = 3


def _blocks(facts: Facts, module: Module, function: Function, depth: int) -> bool:
    if _BLOCKS.search(function.text):
        return True
    if depth == 0:
        return False
    return any(
        not f.is_async and _blocks(facts, m, f, depth - 1)
        for m, f in facts.project.callees(module, function)
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield async functions that fetch keys in a blocking way."""
    for module in facts.python:
        for function in module.functions:
            if not function.is_async:
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
                    called is not None and not called[1].is_async and _blocks(facts, *called, _DEEP)
                )
                if direct or inside:
                    yield at(
                        module, call, "A blocking fetch of the key set runs on the event loop."
                    )
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
    ),
    accepted=(
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
