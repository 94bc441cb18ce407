"""Which rows with an owner a function loads by a value that it was given."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review.facts._logs import LOGGED
from authpact.review.facts._queries import OWNER, Tables, named_store
from authpact.review.facts._services import attribute_of, method_of
from authpact.review.source._model import Assignment, Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_COLUMN: Final = lazy(rf"^\s+({OWNER})\s*[:=]", re.MULTILINE)
_PERSONS: Final = lazy(
    r"^\s+(\w+)\s*[:=][^\n]*(?:foreign_key\s*=|ForeignKey\()\s*f?[\"']\"?(?:auth_?|app_?)?users?\"?\.",
    re.MULTILINE,
)
_PARENT: Final = lazy(
    r"^\s+(\w+)\s*[:=][^\n]*(?:foreign_key\s*=|ForeignKey\()\s*[\"'](\w+)\.\w+[\"']", re.MULTILINE
)
_TABLE: Final = lazy(r"__tablename__\s*(?::[^=]+)?=\s*[\"'](\w+)[\"']")
_STORED: Final = lazy(
    r"table\s*=\s*True|\b(?:mapped_column|Column|relationship)\(|__tablename__|\bMapped\["
    r"|\bfields\.\w*Field\(|\bclass \w+\([^)]*\b(?:Document|Base|Model)\b(?!\w)"
)
_CONVERTS: Final = lazy(
    r"^(?:await\s+)?(?:\w+\.)*(?:str|int|UUID|(?:Pydantic)?ObjectId|\w*uuid\w*|(?:parse|validate|to|as|convert|coerce|clean|normali[sz]e)_\w+)\("
)
SPEAKS_OF_OWNER: Final = lazy(
    rf"{OWNER}|owner|current_user|principal|tenant|\borg|\broles?\b(?![\"']\s*:\s*[\"'](?:user|system|assistant))|admin|permission|user\.id|claims"
    r"|\brequest\.(?:state|user|headers|session|cookies)|path_params|ContextVar|context\.",
    re.IGNORECASE,
)
_LISTED: Final = lazy(r"\bSELECT\s[^;\"'()]*?\sFROM\b", re.IGNORECASE)
_DEEP: Final = 3
_MODEL: Final = r"([A-Z]\w*)"
_WRAPPED: Final = (
    r"(?:(?:\w+\.)*(?:UUID|str|int|ObjectId|PydanticObjectId)\(\s*)?{name}\b(?![.(\[])"
)


@dataclass(frozen=True, slots=True)
class Load:
    """A row of an owned class that is loaded by a value, and the line of the load."""

    kind: str
    line: int
    place: tuple[Module, Function] | None = None
    """The method of a service that loads it, where that knows who calls."""


class Loads:
    """Follows ids through helpers, services and modules of queries to the rows they name."""

    def __init__(self, project: Project, owners: frozenset[str] = frozenset()) -> None:
        self._project, self._owners = project, owners
        self._known: dict[tuple[str, int, str], dict[str, str]] = {}
        self._variables: dict[str, dict[int, list[Assignment]]] = {}

    @cached_property
    def owned(self) -> dict[str, str]:
        """Classes of rows that belong to somebody, with the column that says so (or the parent)."""
        kinds = {
            c.name: c.text
            for m in self._project.python
            for c in m.classes
            if _STORED.search(c.text)
        }
        found = {}
        for name, text in kinds.items():
            column = _COLUMN.search(text) or _PERSONS.search(text) or self._learned(text)
            if column and name not in {"User", "Account", "Session", "Verification"}:
                found[name] = column[1]
        tables = {t[1]: n for n, x in kinds.items() if n in found and (t := _TABLE.search(x))}
        tables |= {n.lower(): n for n in found}
        for name, text in kinds.items():
            for column in _PARENT.finditer(text):
                if name not in found and column[2] in tables:
                    found[name] = f"{tables[column[2]]} {column[1]}"
        return found

    def _learned(self, text: str) -> re.Match[str] | None:
        """Return the column of a class that the tree compares with the caller."""
        fields = re.finditer(r"^\s+(\w+)\s*[:=]", text, re.MULTILINE) if self._owners else ()
        return next((f for f in fields if f[1] in self._owners), None)

    def speaks_of_owner(self, text: str) -> bool:
        """Whether a text names an owner, by a usual word or by the word of this tree."""
        text = _LISTED.sub("SELECT FROM", text)
        return bool(SPEAKS_OF_OWNER.search(text)) or bool(
            self._owners and re.search(rf"\b(?:{'|'.join(sorted(self._owners))})\b", text)
        )

    @cached_property
    def private(self) -> frozenset[str]:
        """The owned classes whose owner some code of the tree does compare or select by."""
        columns = {c for c in self.owned.values() if " " not in c}
        text = "\n".join(m.code for m in self._project.python if any(c in m.code for c in columns))
        asked = set(re.findall(rf"\b{_MODEL}\.(\w+)\s*==", text))
        asked |= {
            (kind, column)
            for kind, rest in re.findall(
                r"(?:query|select)\(\s*([A-Z]\w*)[^\n]*\)\s*\.filter_by\(([^\n]*)", text
            )
            for column in re.findall(r"(\w+)\s*=", rest)
        }
        compared = set(re.findall(r"\b[a-z]\w*\.(\w+)\)?\s*!=", text))
        compared |= set(re.findall(r"!=\s*(?:str\()?[a-z]\w*\.(\w+)", text))
        compared |= self._owners
        direct = {k for k, c in self.owned.items() if (k, c) in asked or c in compared}
        return frozenset(
            k for k, c in self.owned.items() if k in direct or c.partition(" ")[0] in direct
        )

    @cached_property
    def _tables(self) -> Tables:
        owner = "|".join([OWNER, *(rf"\b{o}\b" for o in sorted(self._owners))])
        return Tables(self._project.python, f"(?:{owner})")

    def _in_texts(self, function: Function, name: str) -> Iterator[Load]:
        """Yield what is loaded by statements that are texts, and by stores named after rows."""
        text = function.text
        found = list(self._tables.loads_in(text, name)) if self._tables.private else []
        if self.private and re.search(r"crud\.|(?:repo|repository|crud|dao|store)\.", text):
            for asked in named_store(name, sorted(self.private)).finditer(text):
                found.append((asked[1] or asked[2], asked.start()))
        for kind, place in found:
            yield Load(kind, function.line + text.count("\n", 0, place))

    def names_of(self, module: Module, function: Function, source: str) -> list[str]:
        """Return the names under which a function holds a value, conversions included."""
        places = (i for i, f in enumerate(module.functions) if f.start == function.start)
        index = next(places, -1)
        names = [source]
        for one in self._held(module).get(index, ()):
            value = one.value
            if any(re.search(rf"(?<![\w.]){re.escape(n)}\b(?![.(\[])", value) for n in names) and (
                value in names or _CONVERTS.match(value)
            ):
                names.append(one.target)
        return names

    def _held(self, module: Module) -> dict[int, list[Assignment]]:
        """Return the plain variables of a module by function."""
        if module.path not in self._variables:
            found: dict[int, list[Assignment]] = {}
            for one in module.assignments:
                if one.target.isidentifier():
                    found.setdefault(one.function, []).append(one)
            self._variables[module.path] = found
        return self._variables[module.path]

    def by(self, module: Module, function: Function, source: str, depth: int = 0) -> Iterator[Load]:
        """Yield the private rows that a function loads by one of its values."""
        if not (self.private or self._tables.private):
            return
        names = self.names_of(module, function, source)
        for name in names:
            yield from self._direct(function, name)
            yield from self._in_texts(function, name)
        if depth <= _DEEP:
            yield from self._through(module, function, names, depth)

    def _direct(self, function: Function, name: str) -> Iterator[Load]:
        key = _WRAPPED.format(name=rf"(?<![\w.]){re.escape(name)}")
        pattern = (
            rf"\.get\(\s*{_MODEL}\s*,\s*{key}"
            rf"|\b{_MODEL}\.(\w+)\)?\s*==\s*{key}"
            rf"|\b{_MODEL}\.(?:objects\.)?(?:get|get_by_id|get_or_none|find_one|find_by_id)\((?:\s*\w+\s*=)?\s*{key}"
            rf"|\b{_MODEL}\.(?:objects\.)?filter\(\s*(?:id|pk)\s*=\s*{key}\s*\)"
            rf"|(?:query|select)\(\s*{_MODEL}\s*\)\s*\.(?:filter_by\(\s*id\s*=|get\()\s*{key}"
        )
        for found in re.finditer(pattern, function.text):
            kind = next(found[i] for i in (1, 2, 4, 5, 6) if found[i])
            column = found[3]
            if kind in self.private and (
                column in {None, "id", "uuid"} or self.owned[kind].endswith(f" {column}")
            ):
                yield Load(kind, function.line + function.text.count("\n", 0, found.start()))

    def _through(
        self, module: Module, function: Function, names: list[str], depth: int
    ) -> Iterator[Load]:
        for call in module.calls_in(function):
            given = [(i, a) for i, a in enumerate(call.arguments) if _is(a.text, names)]
            found = self._meant(module, function, call) if given else None
            if found is None or found[1] is function:
                continue
            loads = self._summary(*found, depth + 1)
            for position, argument in given:
                kind = loads.get(argument.name or _parameter(found[1], position), "")
                if kind:
                    yield Load(kind, call.line)

    def _meant(
        self, module: Module, function: Function, call: Call
    ) -> tuple[Module, Function] | None:
        """Return the function of a call; the kind of the object tells methods of one name apart."""
        owner, _, method = call.name.rpartition(".")
        kind = self._kind_of(module, function, owner) if owner else ""
        found = method_of(self._project, kind, method) if kind else None
        if found is not None:
            return found
        return self._project.callee(module, call)

    def _kind_of(self, module: Module, function: Function, owner: str) -> str:
        """Return the class of an object: as annotated, as made, or as kept in `__init__`."""
        for one in function.parameters:
            if one.name == owner:
                named = re.search(r"([A-Z]\w*)\W*$", one.annotation.partition(", Depends")[0])
                return named[1] if named else ""
        made = re.match(r"([A-Z]\w*)\(", owner)
        if made:
            return made[1]
        for kept in module.assignments:
            found = re.match(r"(?:await\s+)?([A-Z]\w*)\(", kept.value)
            if found and kept.target == owner:
                anywhere = owner.startswith("self.") or kept.function < 0
                if anywhere or module.functions[kept.function] is function:
                    return found[1]
        return self._chained(module, function, owner)

    def _chained(self, module: Module, function: Function, owner: str) -> str:
        """Return the class of an attribute of an attribute, followed part by part."""
        head, *rest = owner.split(".")
        kind = function.owner if head == "self" else ""
        if rest and not kind and head.isidentifier():
            kind = self._kind_of(module, function, head)
        for name in rest:
            kind = attribute_of(self._project, kind, name) if kind else ""
        return kind if rest else ""

    def _summary(self, module: Module, function: Function, depth: int) -> dict[str, str]:
        """Return the parameters by which a function loads a row without a word about its owner."""
        key = (module.path, function.start, function.text)
        if key not in self._known:
            self._known[key] = {}
            body = LOGGED.sub("", function.text)
            if not self.speaks_of_owner(body):
                for parameter in function.parameters:
                    found = next(self.by(module, function, parameter.name, depth), None)
                    if found:
                        self._known[key][parameter.name] = found.kind
        return self._known[key]


def _is(text: str, names: list[str]) -> bool:
    """Whether an argument is one of the values, or a conversion of one."""
    bare = re.sub(r"^(?:(?:\w+\.)*(?:UUID|str|int|ObjectId)\(\s*)+|\)+$", "", text.strip())
    return text.strip() in names or bare in names


def _parameter(function: Function, position: int) -> str:
    """Return the name under which a function gets a positional argument."""
    names = [p.name for p in function.parameters if p.name not in {"self", "cls"}]
    return names[position] if position < len(names) else ""
