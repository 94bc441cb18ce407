import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Mend, Severity
from authpact.review._facts import Facts
from authpact.review._mends import swap
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
                    called is not None and not called[1].is_async and _blocks(facts, *called, _DEEP)
                )
                if direct or inside:
                    yield at(
                        module,
                        call,
                        "A blocking fetch of the key set runs on the event loop.",
                        mend=_in_a_thread(facts, module, function),
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
    ),
    accepted=(
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
