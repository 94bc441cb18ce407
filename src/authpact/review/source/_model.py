"""What was read from one source file: plain facts, without an opinion."""

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from authpact.review.source._pattern import lazy

_PREFIX: Final = lazy(r"\benv_prefix[\"']?\s*[=:]\s*[\"'](\w+)[\"']")
Language = Literal["python", "script"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call as written; `name` is empty for a positional one."""

    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Call:
    """One call as written. Lines count from 1, `start` and `end` are byte offsets."""

    name: str
    arguments: tuple[Argument, ...]
    line: int
    end_line: int
    start: int
    end: int
    function: int
    """Index of the innermost function around it, -1 at module level."""

    @property
    def last(self) -> str:
        """The last part of a dotted name."""
        return self.name.rpartition(".")[2]

    def get(self, name: str, position: int | None = None) -> Argument | None:
        """Return the argument of that name, or the positional one at this index."""
        for argument in self.arguments:
            if argument.name == name:
                return argument
        if position is None:
            return None
        plain = [a for a in self.arguments if not a.name]
        return plain[position] if position < len(plain) else None

    def text_of(self, name: str, position: int | None = None) -> str:
        """Return the text of an argument, empty when it is not given."""
        found = self.get(name, position)
        return found.text if found else ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function as written."""

    name: str
    annotation: str
    default: str
    line: int


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method. `text` is its code, comments and docstrings blanked."""

    name: str
    line: int
    end_line: int
    start: int
    end: int
    parent: int
    """Index of the function around it, -1 at module level."""
    owner: str
    """Name of the class it belongs to, empty for a plain function."""
    is_async: bool
    decorators: tuple[Call, ...]
    parameters: tuple[Parameter, ...]
    text: str
    body_line: int
    """Line on which the body begins."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment: a variable, a settings field or a member of an object literal."""

    target: str
    annotation: str
    value: str
    line: int
    function: int
    owner: str
    """Name of the class around it, empty outside of classes."""


@dataclass(frozen=True, slots=True)
class Class:
    """One class with the names of its bases."""

    name: str
    bases: tuple[str, ...]
    line: int
    end_line: int
    text: str


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `from module import name as alias`; `name` is empty for a whole module."""

    module: str
    name: str
    alias: str
    line: int


@dataclass(frozen=True, slots=True)
class Handler:
    """One except or catch clause."""

    caught: str
    alias: str
    text: str
    line: int
    end_line: int
    function: int


@dataclass(frozen=True)
class Module:
    """One Python, TypeScript or JavaScript file."""

    path: str
    """Relative to the reviewed folder, with forward slashes."""
    language: Language
    code: str
    """The text with comments and docstrings blanked; lines and columns are unchanged."""
    text: str
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    calls: tuple[Call, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    pairs: tuple[Assignment, ...] = ()
    imports: tuple[Import, ...] = ()
    handlers: tuple[Handler, ...] = ()
    error_line: int = 0
    """First line that could not be parsed, 0 when all of it was."""
    extra: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The code by line; index 0 is line 1."""
        return tuple(self.code.split("\n"))

    @cached_property
    def by_name(self) -> dict[str, Function]:
        """Functions by name; the first of each name counts."""
        found: dict[str, Function] = {}
        for function in self.functions:
            found.setdefault(function.name, function)
        return found

    @cached_property
    def class_names(self) -> frozenset[str]:
        """Names of its classes."""
        return frozenset(c.name for c in self.classes)

    @cached_property
    def variables(self) -> dict[str, Assignment]:
        """The last assignment of each name at module level."""
        return {a.target: a for a in self.assignments if a.function < 0 and not a.owner}

    @cached_property
    def imported(self) -> dict[str, Import]:
        """Imports by the name that the file uses."""
        return {i.alias: i for i in self.imports}

    def variable_of(self, field: Assignment) -> str:
        """Return the variable of a settings field: its name behind the prefix of its class."""
        return f"{self._prefixes.get(field.owner, '')}{field.target}".upper()

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        found = ((c.name, _PREFIX.search(c.text)) for c in self.classes)
        return {name: match[1] for name, match in found if match}

    def function_of(self, call: Call) -> Function | None:
        """Return the innermost function around a call."""
        return self.functions[call.function] if call.function >= 0 else None

    @cached_property
    def _starts(self) -> list[int]:
        return [c.start for c in self.calls]

    def calls_in(self, function: Function) -> tuple[Call, ...]:
        """Return the calls inside a function, those of nested functions included."""
        first = bisect_left(self._starts, function.start)
        last = bisect_left(self._starts, function.end)
        return self.calls[first:last]

    def called(self, *names: str) -> tuple[Call, ...]:
        """Return the calls whose last name part is one of these, in their order."""
        found = [c for name in dict.fromkeys(names) for c in self._by_last.get(name, ())]
        return tuple(found if len(names) == 1 else sorted(found, key=lambda c: c.start))

    @cached_property
    def _by_last(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            found.setdefault(call.last, []).append(call)
        return found
