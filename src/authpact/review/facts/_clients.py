"""Calls of the client of Better Auth, under whatever name a file has it, and their answers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.source._model import Assignment, Call, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import members

_MADE: Final = "createAuthClient"
_CALLED: Final = lazy(
    r"^(?:await\s+)?\(*\s*(\w+)(?:\s+as\s[^;]+?\)+(?=\s*[?!]?\.))?((?:\s*[?!]?\.\s*\w+)*)\s*\("
)
_DATA: Final = lazy(r"\bdata\s*(?::\s*(\w+))?\s*(?=[,}=])")
_HOPS: Final = 3
_LONGEST: Final = 80
"""Characters of an expression that may be a client."""
_WHOLE: Final = frozenset({"signIn.email", "signIn.username", "signUp.email", "token"})
"""Methods whose answer holds a token."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a file keeps of one call of the client."""

    module: Module
    assignment: Assignment
    method: str
    """Path of the method, such as `signIn.email`."""
    name: str
    """Name that holds `{ data, error }`, empty when it was taken apart."""
    data: str
    """Name that holds the data alone, empty when nothing does."""

    @property
    def text(self) -> str:
        """The code that sees the names."""
        index = self.assignment.function
        return self.module.functions[index].text if index >= 0 else self.module.code

    @property
    def has_token(self) -> bool:
        """Whether the answer is there to hand a token over; a session is more than its own."""
        return self.method in _WHOLE

    def is_idle(self, texts: Iterable[str]) -> bool:
        """Whether an exported function keeps it that neither its own file nor a text names."""
        index, functions = self.assignment.function, self.module.functions
        while index >= 0 and functions[index].parent >= 0:
            index = functions[index].parent
        name = functions[index].name if index >= 0 else ""
        code = self.module.code
        exported = rf"\bexport\s+(?:(?:async\s+)?function|const)\s+{re.escape(name)}\b"
        if not name or not re.search(exported, code):
            return False
        if len(re.findall(rf"(?<![\w.]){re.escape(name)}\b", code)) > 1:
            return False
        brought = re.compile(rf"\{{[^{{}}]*\b{re.escape(name)}\b[^{{}}]*\}}\s*from\b")
        return not any(name in t and brought.search(t) for t in texts)


class Clients:
    """Follows names to `createAuthClient`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[str, str], str | None] = {}
        self._set: dict[str, dict[str, tuple[str, str]]] = {}

    def path(self, module: Module, name: str, depth: int = 0) -> str | None:
        """Return what a name is below the client, "" for the client itself, None for another."""
        key = (module.path, name)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._path(module, name, depth) if depth < _HOPS else None
        return self._known[key]

    def _path(self, module: Module, name: str, depth: int) -> str | None:
        if module.path not in self._set:
            self._set[module.path] = dict(_set_in(module))
        own = self._set[module.path].get(name)
        if own is not None:
            return self._below(module, *own, depth)
        given = module.imported.get(name)
        home = self._project.module_of(module, given.module) if given else None
        if given is None or home is None:
            return None
        label = given.name if given.name != "default" else _default(home)
        return self.path(home, label, depth + 1)

    def _below(self, module: Module, value: str, label: str, depth: int) -> str | None:
        """Return the path of what an expression comes to, a member of it with a label."""
        if re.match(rf"{_MADE}\s*(?:<[^()]*>)?\(", value):
            return label
        found = re.fullmatch(r"\(?(\w+)(?:\s+as\s+[^()]*\))?((?:\.\w+)*)(?:\s+as\s+.*)?", value)
        before = self.path(module, found[1], depth + 1) if found else None
        if found is None or before is None:
            return None
        return ".".join(p for p in (before, found[2].strip("."), label) if p)

    def method(self, module: Module, call: str) -> str:
        """Return the method that a call of a dotted name is, empty when it is none of a client."""
        root, _, rest = call.partition(".")
        before = self.path(module, root)
        return "" if before is None else ".".join(p for p in (before, rest) if p)

    def calls(self) -> Iterator[tuple[Module, Call, str]]:
        """Yield the calls of a client with their methods."""
        for module in self._project.scripts:
            for call in module.calls:
                method = self.method(module, call.name) if call.name[:1].isalpha() else ""
                if method:
                    yield module, call, method

    def answers(self) -> Iterator[Answer]:
        """Yield what is kept of the calls of a client."""
        for module in self._project.scripts:
            for one in module.assignments:
                called = _CALLED.match(one.value)
                if called is None:
                    continue
                rest = re.sub(r"[\s?!]", "", called[2])
                method = self.method(module, called[1] + rest)
                if method and (one.value.startswith("await") or method.startswith("use")):
                    yield _answer(module, one, method)


def _answer(module: Module, one: Assignment, method: str) -> Answer:
    plain = bool(re.fullmatch(r"\w+", one.target))
    taken = None if plain else _DATA.search(one.target)
    data = (taken[1] or "data") if taken else ""
    return Answer(module, one, method, one.target if plain else "", data)


def _set_in(module: Module) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield names with the expression they are given, and the member of it that they are."""
    for one in module.assignments:
        if one.target.startswith("{") and len(one.value) < _LONGEST:
            yield from ((name, (one.value, label)) for label, name in members(one.target).items())
    yield from ((name, (one.value, "")) for name, one in module.variables.items())


def _default(module: Module) -> str:
    found = re.search(r"\bexport\s+default\s+(\w+)\s*;?\s*$", module.code, re.MULTILINE)
    return found[1] if found else ""
