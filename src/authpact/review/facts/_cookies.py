"""Which cookies Python code reads, by the names that reach the read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import literal, split

_READ: Final = lazy(r"[cC]ookies(?:\.get\(|\[)\s*(f?[\"'][^\"']+[\"']|[A-Za-z_][\w.]*)")
_ALIAS: Final = lazy(r"Cookie\([^()]*alias\s*=\s*([\"'][^\"']+[\"']|[A-Za-z_]\w*)")
_LOOP: Final = r"\bfor\s+{name}\s+in\s+([\[(][^\])]*[\])]|[A-Za-z_]\w*)"


@dataclass(frozen=True, slots=True)
class CookieRead:
    """One cookie that a function asks for."""

    module: Module
    function: Function
    name: str
    line: int


def cookie_reads(module: Module) -> Iterator[CookieRead]:
    """Yield the cookies that the functions of a module read, a loop over names included."""
    if "ookie" not in module.code:
        return
    for function in module.functions:
        for found in _READ.finditer(function.text):
            line = function.line + function.text.count("\n", 0, found.start())
            for name in _names(module, function, found[1]):
                yield CookieRead(module, function, name, line)
        for parameter in function.parameters:
            alias = _ALIAS.search(f"{parameter.annotation} {parameter.default}")
            for name in _names(module, function, alias[1]) if alias else ():
                yield CookieRead(module, function, name, parameter.line)


def _names(module: Module, function: Function, text: str) -> Iterator[str]:
    """Yield the names that an expression may be: a literal, a constant, a loop over either."""
    written = literal(text)
    if written is not None:
        yield written
        return
    if not text.isidentifier():
        return
    looped = re.search(_LOOP.format(name=text), function.text)
    value = looped[1] if looped else text
    known = module.variables.get(value)
    value = known.value.strip() if known else value
    inner = split(value[1:-1]) if value[:1] in {"[", "(", "{"} else [value]
    yield from (name for part in inner if (name := literal(part)) is not None)
