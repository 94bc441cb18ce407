"""What stands before routes: dependencies, middlewares and what they call, whatever their names."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._signs import DEPENDS
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_DEEP: Final = 3
_INSTALLED: Final = lazy(
    r"\.add_middleware\(\s*([\w.]+)|\.middleware\(\s*[\"']http[\"']\s*\)\(\s*([\w.]+)"
    r"|\bMiddleware\(\s*([\w.]+)|BaseHTTPMiddleware\s*,\s*dispatch\s*=\s*([\w.]+)"
)
_ENTRANCES: Final = frozenset({"__call__", "dispatch"})
_TOKEN: Final = lazy(
    r"^(?:\w*token|jwt|raw\w*|creds?|credentials?|authorization|bearer\w*|(?:x_)?api_?key|auth_?header"
    r"|x_auth\w*|presented|supplied)$",
    re.IGNORECASE,
)
_READ: Final = lazy(
    r"headers(?:\.get\(|\[)\s*b?[\"'][\w-]*(?:auth|token|key)[\w-]*[\"']|cookies(?:\.get\(|\[)|\.credentials\b",
    re.IGNORECASE,
)
_KNOWN: Final = lazy(
    r"\brequest\.state\.(?:current_)?(?:user|principal|claims|identity|account|caller)\w*(?!\w|\s*(?::[^=\n]+)?=[^=])"
)
Gate = tuple[Module, Function]


def gates(project: Project) -> Iterator[Gate]:
    """Yield every function that a dependency or a middleware is, or calls."""
    layer = list(_direct(project))
    seen = set[tuple[str, int]]()
    for _ in range(_DEEP):
        after: list[Gate] = []
        for module, function in layer:
            if (module.path, function.start) in seen:
                continue
            seen.add((module.path, function.start))
            yield module, function
            after += project.callees(module, function)
        layer = after


def _direct(project: Project) -> Iterator[Gate]:
    for module in project.python:
        names = {n for n in DEPENDS.findall(module.code) if n}
        names |= {n for m in _INSTALLED.findall(module.code) for n in m if n}
        for name in names:
            yield from _meant(project, module, name)
        for function in module.functions:
            if any(d.last == "middleware" for d in function.decorators):
                yield module, function


def _meant(project: Project, module: Module, name: str) -> Iterator[Gate]:
    """Yield the functions that run when a name is used as a dependency or a middleware."""
    found = project.symbol(module, name)
    if found is None:
        return
    home, label = found.module, found.name.partition(".")[0]
    variable = home.variables.get(label)
    made = re.match(r"([A-Za-z_][\w.]*)\(", variable.value) if variable else None
    if made and label not in home.by_name:
        found = project.symbol(home, made[1])
        if found is None:
            return
        home, label = found.module, found.name
    if label in home.class_names:
        yield from ((home, f) for f in home.functions if f.owner == label and _enters(f))
        return
    last = found.name.rpartition(".")[2]
    if last in home.by_name:
        function = home.by_name[last]
        yield home, function
        index = home.functions.index(function)
        yield from ((home, f) for f in home.functions if f.parent == index)


def _enters(function: Function) -> bool:
    return function.name in _ENTRANCES


def credentials(function: Function) -> frozenset[str]:
    """Return the variables of a function that hold what the caller presents."""
    found = {p.name for p in function.parameters if _TOKEN.match(p.name)}
    for line in function.text.split("\n"):
        targets, equals, value = line.partition("=")
        if equals and not value.startswith("=") and _READ.search(value):
            found |= {n for n in re.findall(r"\w+", targets.partition(":")[0]) if n != "_"}
    derived = re.compile(
        r"^[ \t]*([\w, ]+?)\s*=\s*(?:\(?\s*)(?:"
        + "|".join(map(re.escape, sorted(found)))
        + r")(?:\.|\[|\s+or\b)",
        re.MULTILINE,
    )
    if found:
        found |= {n for one in derived.findall(function.text) for n in re.findall(r"\w+", one)}
    return frozenset(found - {"_"})


def reads_credential(function: Function) -> bool:
    """Whether a function is given, or reads, what the caller presents."""
    return bool(credentials(function) or _READ.search(function.text))


def is_told_caller(function: Function) -> bool:
    """Whether a function is told by a middleware who calls, so that it opens to nobody itself."""
    return bool(_KNOWN.search(function.text))
