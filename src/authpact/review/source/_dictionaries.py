"""What a dictionary holds: literals, spreads, constants, and what functions return."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from authpact.review.source._model import Argument, Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import literal, members, split

_DEEP: Final = 6
_NAME: Final = lazy(r"^(?:self\.|cls\.)?[A-Za-z_][\w.]*$")
_CALL: Final = lazy(r"^([A-Za-z_][\w.]*)\((.*)\)$", re.DOTALL)
_CHOICE: Final = lazy(r"^(.+?)\s+if\s+.+?\s+else\s+(.+)$", re.DOTALL)
_RETURN: Final = lazy(r"\breturn\s+")
_WEAK: Final = frozenset({"False", "None"})
CAST: Final = lazy(r"\s+(?:as|satisfies)\s+[\w.<>\[\]\"', ]+$")


def returned(text: str) -> Iterator[str]:
    """Yield the expressions that the code of a function returns, over several lines as well."""
    for match in _RETURN.finditer(text):
        rest, depth = text[match.end() :], 0
        for index, character in enumerate(rest):
            depth += (character in "([{") - (character in ")]}")
            if depth < 0 or (character == "\n" and depth == 0):
                yield rest[:index].strip()
                break
        else:
            yield rest.strip()


def _either(rows: Iterable[dict[str, str]]) -> dict[str, str]:
    """Join alternatives; where they differ, what checks less counts."""
    found: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            if name not in found or value in _WEAK:
                found[name] = value
    return found


class Dictionaries:
    """Follows dictionaries through a project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def expanded(self, module: Module, call: Call) -> Call:
        """Return a call with the members of every `**spread` as arguments of their own."""
        if not any(a.text.startswith("**") for a in call.arguments):
            return call
        arguments: list[Argument] = []
        for argument in call.arguments:
            if not argument.text.startswith("**"):
                arguments.append(argument)
                continue
            inside = self.of(module, argument.text[2:], module.function_of(call))
            arguments += [Argument(name, text, argument.line) for name, text in inside.items()]
            arguments += [] if inside else [argument]
        return replace(call, arguments=tuple(arguments))

    def of(
        self, module: Module, text: str, function: Function | None = None, depth: int = 0
    ) -> dict[str, str]:
        """Return the members of a dictionary by name, as written; empty when it is not known."""
        text = CAST.sub("", text.strip())
        if depth > _DEEP or not text:
            return {}
        if text[0] == "{":
            return self._literal(module, text, function, depth)
        parts = [text[1:-1]] if text[0] == "(" and text[-1] == ")" else split(text, "|")
        if parts != [text]:
            return self._joined(module, parts, function, depth)
        choice = _CHOICE.match(text)
        if choice:
            return _either(self.of(module, c, function, depth + 1) for c in choice.groups())
        called = _CALL.match(text)
        if called:
            return self._called(module, called[1], called[2], function, depth)
        return self._named(module, text, function, depth) if _NAME.match(text) else {}

    def _joined(
        self, module: Module, parts: list[str], function: Function | None, depth: int
    ) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in parts:
            found |= self.of(module, part, function, depth + 1)
        return found

    def _literal(
        self, module: Module, text: str, function: Function | None, depth: int
    ) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in split(text[1:-1]):
            if part.startswith(("**", "...")):
                found |= self.of(module, part.lstrip("*."), function, depth + 1)
            else:
                found |= members("{" + part + "}")
        return found

    def _called(
        self, module: Module, name: str, inner: str, function: Function | None, depth: int
    ) -> dict[str, str]:
        if name == "dict":
            found: dict[str, str] = {}
            for part in split(inner):
                key, equals, value = part.partition("=")
                if equals and re.fullmatch(r"\w+\s*", key):
                    found[key.strip()] = value.strip()
                else:
                    found |= self.of(module, part.removeprefix("**"), function, depth + 1)
            return found
        if name.endswith(".copy"):
            return self.of(module, name.removesuffix(".copy"), function, depth + 1)
        known = self._project.function(module, name)
        if known is None:
            return {}
        home, meant = known
        return _either(self.of(home, text, meant, depth + 1) for text in returned(meant.text))

    def _named(
        self, module: Module, text: str, function: Function | None, depth: int
    ) -> dict[str, str]:
        name = text.rpartition(".")[2]
        inside = function.text if function else ""
        local = [
            a.value
            for a in module.assignments
            if function and a.target == text and function.line <= a.line <= function.end_line
        ]
        if local:
            found = self.of(module, local[-1], function, depth + 1)
            return found | _set_later(inside, text)
        symbol = self._project.symbol(module, text)
        variable = symbol.module.variables.get(symbol.name) if symbol else None
        if symbol and variable:
            return self.of(symbol.module, variable.value, None, depth + 1) | _set_later(
                inside, text
            )
        if text.startswith(("self.", "cls.")):
            own = [a for a in module.assignments if a.target in {name, text} and a.value]
            return self.of(module, own[-1].value, None, depth + 1) if own else {}
        return {}


def _set_later(code: str, name: str) -> dict[str, str]:
    """Return the members that code puts into a dictionary one by one."""
    found = re.findall(rf"\b{re.escape(name)}\[\s*([\"']\w+[\"'])\s*\]\s*=\s*([^=\n][^\n]*)", code)
    return {literal(key) or key: value.strip() for key, value in found}
