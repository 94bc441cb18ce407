"""Where key sets are fetched: by which call, whether it blocks, and who keeps the answer."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.source._model import Call, Function, Handler, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import literal

_GETS: Final = frozenset({"get", "urlopen", "request", "send"})
_NAMED: Final = lazy(r"jwks|well-known/.*keys", re.IGNORECASE)
_MADE_OF: Final = lazy(
    r"import_key_set|JsonWebKey\.|\bPyJWK(?:Set)?\b|\bKeySet\b|\bjwk\.construct|from_jwk\("
    r"|\[\s*[\"']keys[\"']\s*\]|\.get\(\s*[\"']keys[\"']"
)
"""What turns the answer of a fetch into keys."""
_ANSWER: Final = lazy(r"\.json\(\)|json\.loads?\(|\.read\(\)|\.model_validate_json\(")
_HEALTH: Final = lazy(r"health|ready|ping|status|probe", re.IGNORECASE)
_BLOCKING: Final = lazy(r"\b(?:requests|httpx|urllib\d?)\b")
_SESSION: Final = lazy(
    r"^(?:requests\.)?[sS]ession\(|^(?:httpx\.)?Client\(|^(?:urllib3\.)?PoolManager\("
)
_KEPT: Final = lazy(
    r"cache|\bglobal\s|\bnonlocal\s|(?:jwks|keys|key_?set)\w*\s+is\s+None|self\.\w+\s*(?::[^=\n]+)?=(?!=)"
    r"|if\s+not\s+\w*jwks(?!\w*(?:resp|_res\b|url|uri|endpoint))|\bttl|\.update\(|(?<!request)\.state\.\w+\s*=(?!=)",
    re.IGNORECASE,
)
_ONCE: Final = frozenset({"__init__", "__post_init__", "lifespan", "startup", "on_startup"})
_DEEP: Final = 2


def is_key_fetch(module: Module, call: Call) -> bool:
    """Whether a call asks an issuer for its keys: by its address, or by what the answer becomes."""
    if call.last not in _GETS or not call.arguments or module.language != "python":
        return False
    if literal(call.arguments[0].text) is not None and not _NAMED.search(call.arguments[0].text):
        return False
    function = module.function_of(call)
    if function and _HEALTH.search(function.name):
        return False
    text = function.text if function else "\n".join(module.lines[call.line - 1 : call.end_line])
    if not _ANSWER.search(text):
        return False
    address = " ".join(a.text for a in call.arguments)
    owner = call.name.rpartition(".")[0]
    sends = call.last == "urlopen" or _sender(module, owner)
    return sends and bool(
        _NAMED.search(address) or (_MADE_OF.search(text) and "kid" in module.code)
    )


def _sender(module: Module, owner: str) -> bool:
    """Whether a name stands for something that sends requests."""
    if re.search(r"requests|httpx|client|session|http|aiohttp", owner, re.IGNORECASE):
        return True
    return bool(re.search(rf"\bas\s+{re.escape(owner)}\b", module.code)) if owner else False


def is_blocking(module: Module, call: Call) -> bool:
    """Whether a fetch waits on the thread it runs on."""
    if call.last == "urlopen":
        return True
    head = call.name.partition(".")[0]
    imported = module.imported.get(head)
    if imported and _BLOCKING.search(imported.module) and call.name.count(".") <= 1:
        return not imported.name or imported.name == call.name
    owner = call.name.rpartition(".")[0]
    made = (a.value for a in module.assignments if owner and a.target == owner)
    return any(_SESSION.search(value) for value in made)


def fetches(project: Project, module: Module, function: Function, depth: int = _DEEP) -> bool:
    """Whether a function, or one that it calls, asks for the keys of an issuer."""
    for call in module.calls_in(function):
        if is_key_fetch(module, call) or "get_signing_key" in call.last:
            return True
    if not depth:
        return False
    inner = (p for p in project.callees(module, function) if p[1] is not function)
    return any(fetches(project, *place, depth - 1) for place in inner)


def is_kept(project: Project, module: Module, call: Call, depth: int = _DEEP) -> bool:
    """Whether the answer of a fetch is remembered: around the call, or by what calls it."""
    function = module.function_of(call)
    if function is None or function.name in _ONCE:
        return True
    lines = list(module.lines[function.line - 1 : function.end_line])
    for number in range(call.line, call.end_line + 1):
        lines[number - function.line] = lines[number - function.line].partition(f"{call.last}(")[0]
    return _is_kept_in(function, "\n".join(lines)) or _by_callers(project, module, function, depth)


def _is_kept_in(function: Function, text: str) -> bool:
    runs_once = any(
        "cache" in d.name or d.last in {"on_event", "asynccontextmanager"}
        for d in function.decorators
    )
    return runs_once or bool(_KEPT.search(text))


def _by_callers(project: Project, module: Module, function: Function, depth: int) -> bool:
    if any(project.callee(module, c) == (module, function) for c in module.calls if c.function < 0):
        return True
    for _home, outer, _ in project.callers(module, function) if depth else ():
        if outer.name in _ONCE or _is_kept_in(outer, outer.text):
            return True
        if _by_callers(project, _home, outer, depth - 1):
            return True
    return False


def tried(module: Module, handler: Handler) -> tuple[int, int]:
    """Return the first and last line of the block that a handler stands behind."""
    lines = module.lines
    depth = len(lines[handler.line - 1]) - len(lines[handler.line - 1].lstrip())
    for number in range(handler.line - 1, 0, -1):
        text = lines[number - 1]
        if re.match(rf"[ ]{{{depth}}}try\s*:", text):
            return number, _end(module, number, handler.line, depth)
    return handler.line, handler.line


def _end(module: Module, first: int, last: int, depth: int) -> int:
    """Return the line before the first handler of a block."""
    clause = re.compile(rf"[ ]{{{depth}}}except\b")
    rows = (n for n in range(first, last) if clause.match(module.lines[n]))
    return next(rows, last - 1)


def outage_in(project: Project, module: Module, handler: Handler) -> bool:
    """Whether the block before a handler asks for keys, itself or by a function it calls."""
    first, last = tried(module, handler)
    return any(_asks(project, module, c) for c in module.calls if first <= c.line <= last)


def _asks(project: Project, module: Module, call: Call) -> bool:
    if "get_signing_key" in call.last or is_key_fetch(module, call):
        return True
    found = project.callee(module, call)
    return found is not None and fetches(project, *found)


def fetched(project: Project) -> Iterator[tuple[Module, Call]]:
    """Yield every call that asks for keys."""
    for module in project.python:
        if _ANSWER.search(module.code):
            yield from ((module, c) for c in module.calls if is_key_fetch(module, c))
