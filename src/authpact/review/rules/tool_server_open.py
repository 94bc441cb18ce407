import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy

_SERVED: Final = lazy(r"sse|http", re.IGNORECASE)
_APPS: Final = frozenset({"sse_app", "streamable_http_app", "http_app", "run", "run_async"})
_ANYWHERE: Final = lazy(r"[\"'](?:0\.0\.0\.0|::)[\"']")
_KNOWS: Final = lazy(
    r"authorization|bearer|get_access_token|get_http_(?:headers|request)|add_middleware|middleware\s*="
    r"|token_verifier|\bauth\w*\s*=|compare_digest|api_?key|x-[\w-]*(?:secret|token)",
    re.IGNORECASE,
)
"""What a server, or a tool, says that looks at who calls."""
_DATA: Final = lazy(
    r"session|\bdb\b|\bconn\w*|cursor|execute\(|repositor|\.commit\(|httpx|requests\.|\w*_?client\b"
)
_PERSON: Final = lazy(r"(?:user|owner|account|customer|tenant)_?id", re.IGNORECASE)


def _is_open(module: Module, made: Call, name: str) -> bool:
    """Whether a server listens on the network without a word about who calls."""
    calls = [c for c in module.calls if c.name.rpartition(".")[0] == name and c.last in _APPS]
    served = [
        c
        for c in calls
        if c.last not in {"run", "run_async"} or _SERVED.search(c.text_of("transport", 0))
    ]
    texts = [a.text for c in (made, *served, *module.called("run")) for a in c.arguments]
    return bool(served) and any(_ANYWHERE.search(t) for t in texts)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield servers of tools that anybody on the network may call."""
    for module in facts.python:
        made = module.called("FastMCP")
        if not made or _KNOWS.search(module.code):
            continue
        for call in made:
            name = next((a.target for a in module.assignments if a.line == call.line), "")
            tools = [
                f for f in module.functions if any(d.name == f"{name}.tool" for d in f.decorators)
            ]
            private = [t for t in tools if any(_PERSON.search(p.name) for p in t.parameters)]
            if any(_DATA.search(t.text) for t in tools) and _is_open(module, call, name):
                severity = None if private else Severity.HIGH
                tool = (private or tools)[0].name
                message = f"Whoever reaches the port calls {tool} and every other tool."
                yield at(module, call, message, severity)


_TOOLS: Final = """\
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("parcels", host="0.0.0.0")

@mcp.tool()
def parcels(owner_id: str) -> list:
    return db.query(Parcel).filter(Parcel.owner_id == owner_id).all()

mcp.run(transport="sse")
"""


def _tools(old: str = "", new: str = "") -> Case:
    """Return a server of one tool with one part replaced."""
    return Case({"tools.py": _TOOLS.replace(old, new) if old else _TOOLS})


RULE = Rule(
    requirement="access:public",
    category="unprotected-endpoint",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A server of tools listens on the network and asks nobody who they are.",
    why="Its protocol has no login of its own: who reaches the port reads and changes whatever the tools can.",
    remedy="Give the server a token verifier and take the owner from the token, or bind it to 127.0.0.1 behind the API.",
    check=check,
    flagged=(
        _tools(),
        _tools('"sse")', '"streamable-http")'),
        _tools(
            'mcp.run(transport="sse")', 'uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0")'
        ),
    ),
    accepted=(
        _tools('"sse"', '"stdio"'),
        _tools('"0.0.0.0"', '"127.0.0.1"'),
        _tools('host="0.0.0.0"', 'host="0.0.0.0", token_verifier=Verifier(), auth=SETTINGS'),
        _tools("return db.query(Parcel).filter(Parcel.owner_id == owner_id).all()", "return []"),
    ),
)
