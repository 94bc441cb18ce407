"""Which columns hold who a row belongs to: those that code compares with the caller."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._guards import Guards
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import split

_DEEP: Final = 3
_COMMON: Final = frozenset(
    [
        "id",
        "_id",
        "pk",
        "sub",
        "subject",
        "email",
        "mail",
        "name",
        "username",
        "role",
        "roles",
        "key",
        "token",
        "text",
        "title",
        "status",
        "value",
        "data",
        "body",
        "message",
        "password",
        "state",
        "type",
        "kind",
        "org",
        "org_id",
        "organization_id",
        "tenant",
        "tenant_id",
    ]
)
_FILTERS: Final = frozenset(
    [
        "filter",
        "filter_by",
        "get",
        "get_or_none",
        "where",
        "exclude",
        "first",
        "all",
        "find",
        "find_one",
        "create",
        "get_or_create",
        "update_or_create",
    ]
)
_MEMBER: Final = r"(?:\.\w+|\.get\(\s*[\"']\w+[\"']\s*\)|\[\s*[\"']\w+[\"']\s*\])?"
_WRAPS: Final = r"(?:(?:str|int|UUID|uuid\.UUID)\(\s*)?"
_COLUMN: Final = lazy(
    r"\"?(\w+)\"?\s*=\s*(?:\$(\d+)|(\?|%s)|:(\w+)|%\((\w+)\)s)|(\?|%s)", re.IGNORECASE
)
_MARK: Final = lazy(r"\$\d+|\?|%s|:\w+|%\(\w+\)s")
_INSERT: Final = lazy(r"INSERT\s+INTO\s+\S+\s*\(([^)]*)\)\s*VALUES\s*\(([^)]*)\)", re.IGNORECASE)
_STATEMENT: Final = lazy(r"\b(?:SELECT|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


def caller_names(guards: Guards, module: Module, function: Function) -> list[str]:
    """Return the names that hold the caller inside of a function."""
    names = [
        p.name
        for p in function.parameters
        if guards.guards(module, f"{p.annotation} {p.default}")
        and not _is_resource(guards.project, module, f"{p.annotation} {p.default}")
    ]
    names += guards.fields_of(module, function)
    if "request.state." in function.text:
        names += dict.fromkeys(re.findall(r"\brequest\.state\.\w+", function.text))
    return names


def _is_resource(project: Project, module: Module, text: str) -> bool:
    """Whether a dependency finds what the path names, and not who calls."""
    for name in re.findall(r"Depends\(\s*([\w.]+)", text):
        found = project.function(module, name)
        if found and any(
            re.search(r"(?:_id|_?slug|_?key|_?uuid)$|^id$", p.name) and "Depends" not in p.default
            for p in found[1].parameters
        ):
            return True
    return False


def owner_columns(project: Project, guards: Guards) -> frozenset[str]:
    """Return the columns of a tree that say whose a row is, by what they are compared with."""
    reader = _Reader(project)
    for module in project.python:
        for function in module.functions:
            for name in caller_names(guards, module, function):
                reader.read(module, function, name, 0)
    return frozenset(c for c in reader.found if c.lower() not in _COMMON)


def keys_of(call: Call, statement: str) -> Iterator[tuple[str, str]]:
    """Yield (column, value as written) of a statement that is a text with placeholders."""
    given = [a.text for a in call.arguments[1:]]
    if len(given) == 1 and given[0][:1] in {"(", "["}:
        given = split(given[0][1:-1])
    named = {
        k.strip(" \"'"): v.strip()
        for one in call.arguments[1:]
        if one.text.startswith("{")
        for k, _, v in (p.partition(":") for p in split(one.text[1:-1]))
    }
    inserted = _INSERT.search(statement)
    if inserted:
        columns = [c.strip(' "`\n') for c in inserted[1].split(",")]
        marks = zip(columns, split(inserted[2]), strict=False)
        found = [f"{c} = {m}" for c, m in marks if _MARK.fullmatch(m.strip())]
        statement = "\n".join(found)
    yield from _placed(statement, given, named)


def _placed(statement: str, given: list[str], named: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the columns of a statement with the values that stand for their placeholders."""
    count = 0
    for match in _COLUMN.finditer(statement):
        column, number, plain, name, other, alone = match.groups()
        place = int(number) - 1 if number else count
        count += bool(plain or alone)
        if column and (number or plain) and place < len(given):
            yield column, given[place]
        elif column and (name or other) in named:
            yield column, named[name or other]


def statement_of(project: Project, module: Module, text: str) -> str:
    """Return a statement as written, where it stands in a constant as well."""
    if re.fullmatch(r"[A-Za-z_][\w.]*", text.strip()):
        found = project.symbol(module, text.strip())
        variable = found.module.variables.get(found.name) if found else None
        text = variable.value if variable else text
    return text


class _Reader:
    """Follows the caller into what a function selects and stores by it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._seen: set[tuple[str, int, str]] = set()
        self.found: set[str] = set()

    def read(self, module: Module, function: Function, name: str, depth: int) -> None:
        """Collect the columns that a function compares with one of its names."""
        key = (module.path, function.start, name)
        if key in self._seen or depth > _DEEP:
            return
        self._seen.add(key)
        value = rf"{_WRAPS}(?<![\w.]){re.escape(name)}{_MEMBER}\)?(?![\w.\[(])"
        text = function.text
        compared = rf"\b(?!self\b)[A-Za-z_]\w*\.(\w+)\)?\s*[!=]=\s*{value}"
        turned = rf"{value}\s*[!=]=\s*{_WRAPS}\b(?!self\b)[A-Za-z_]\w*\.(\w+)"
        filtered = (
            r"\.(?:find\w*|insert_one|update_\w+|delete_\w+|count_documents)\(\s*"
            rf"\{{[^{{}}]*?[\"'](\w+)[\"']\s*:\s*{value}"
        )
        for pattern in (compared, turned, filtered):
            self.found |= set(re.findall(pattern, text))
        whole = re.compile(value)
        for call in module.calls_in(function):
            self._in_call(module, call, whole, depth)

    def _in_call(self, module: Module, call: Call, value: re.Pattern[str], depth: int) -> None:
        first = call.arguments[0].text if call.arguments else ""
        if len(call.arguments) > 1:
            statement = statement_of(self._project, module, first)
            if _STATEMENT.search(statement):
                self.found |= {c for c, v in keys_of(call, statement) if value.fullmatch(v)}
                return
        given = [(i, a) for i, a in enumerate(call.arguments) if value.fullmatch(a.text)]
        if not given:
            return
        is_row = call.last[:1].isupper() and call.last in self._project.classes
        if call.last in _FILTERS or is_row:
            self.found |= {a.name for _, a in given if a.name}
            return
        meant = self._project.callee(module, call)
        if meant is None:
            return
        own = [p.name for p in meant[1].parameters if p.name not in {"self", "cls"}]
        for index, argument in given:
            name = argument.name or (own[index] if index < len(own) else "")
            if name:
                self.read(*meant, name, depth + 1)
