"""Errors that the application itself raises, with sentences of its own making."""

import re
from functools import cached_property
from typing import Final

from authpact.review.facts._answers import covers, mentions
from authpact.review.source._model import Call, Function, Handler, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_RAISES: Final = lazy(r"^\s*raise\s+[\w.]+\s*\(")
_HTTP: Final = lazy(r"^(?:Starlette)?HTTPException$")
_SHARED: Final = frozenset(["ValueError", "LookupError", "KeyError", "PermissionError"])
"""Built-in errors that libraries raise as well."""
_FOREIGN: Final = lazy(r"\b\w+\.(?:text|stderr|stdout|content|reason)\b")
_DEEP: Final = 2


class OwnErrors:
    """Tells the errors that say a sentence of the tree from those that carry another's text."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def is_own(self, handler: Handler) -> bool:
        """Whether all classes that a handler catches are raised by the tree, in its own words."""
        names = [n.rpartition(".")[2] for n in re.findall(r"[\w.]+", handler.caught)]
        return bool(names) and all(
            _HTTP.match(n) or (n in self._project.classes and self._raised.get(n)) for n in names
        )

    def is_thrown(self, module: Module, handler: Handler) -> bool:
        """Whether a handler catches a built-in error that the tree raises where it is tried."""
        name = handler.caught.strip("() ")
        function = module.functions[handler.function] if handler.function >= 0 else None
        if name not in _SHARED or function is None:
            return False
        tried = [c for c in module.calls_in(function) if covers(module, handler, c.line)]
        found = [f for c in tried if (f := self._project.callee(module, c)) is not None]
        return any(self._throws(*f, name, _DEEP) for f in found)

    def _throws(self, module: Module, function: Function, name: str, depth: int) -> bool:
        if re.search(rf"\braise\s+{name}\(\s*f?[\"']", function.text):
            return True
        return depth > 0 and any(
            self._throws(*f, name, depth - 1) for f in self._project.callees(module, function)
        )

    @cached_property
    def _raised(self) -> dict[str, bool]:
        """Errors that the tree raises, those above them too: whether all are in its own words."""
        found: dict[str, bool] = {}
        for module in self._project.python:
            for call in module.calls if "raise " in module.code else ():
                if call.last[:1].isupper() and _RAISES.match(module.lines[call.line - 1]):
                    worded = not _passes_on(module, call)
                    for name in self._with_bases(call.last):
                        found[name] = found.get(name, True) and worded
        return found

    def _with_bases(self, name: str) -> list[str]:
        """Return a class with the classes of the tree that it is derived from."""
        names = [name]
        for one in names:
            known = self._project.classes.get(one)
            bases = (b.rpartition(".")[2] for b in known[1].bases) if known else ()
            names += [b for b in bases if b not in names]
        return names


def _passes_on(module: Module, call: Call) -> bool:
    """Whether a raised error is given the text of another, or of an answer."""
    aliases = [h.alias for h in module.handlers if h.line <= call.line <= h.end_line]
    return any(
        _FOREIGN.search(a.text) or any(mentions(a.text, x) for x in aliases) for a in call.arguments
    )
