"""Functions of scripts that put what they are given into web storage."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_STORAGE: Final = lazy(r"\b(?:local|session)Storage\b")


def writes(project: Project) -> Iterator[tuple[Module, Call, str, str]]:
    """Yield calls of functions or methods of the tree that write to web storage.

    Each with the key and the value it is given, as written.
    """
    known = {
        (m.path, name): places
        for m in project.scripts
        if "setItem(" in m.code and _STORAGE.search(m.code)
        for name, places in _writers(m)
    }
    if not known:
        return
    names = {name for _, name in known}
    for module in project.scripts:
        for call in module.calls:
            if call.last not in names:
                continue
            found = project.symbol(module, call.name)
            place = known.get((found.module.path, call.last)) if found else None
            if place and len(call.arguments) > max(place):
                key, value = (call.arguments[i].text for i in place)
                yield module, call, key, value


def _writers(module: Module) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield functions with the positions of the key and the value among their parameters."""
    for call in module.called("setItem"):
        function = module.function_of(call)
        match call.arguments:
            case [key, value, *_] if function is not None and function.name:
                place = _position(function, key.text), _position(function, value.text)
                if min(place) >= 0:
                    yield function.name, place


def _position(function: Function, text: str) -> int:
    """Return which parameter an argument holds, -1 for none."""
    rows = (i for i, p in enumerate(function.parameters) if re.search(rf"\b{p.name}\b", text))
    return next(rows, -1) if all(re.fullmatch(r"\w+", p.name) for p in function.parameters) else -1
