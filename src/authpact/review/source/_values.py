"""What an expression may be at run time: literals, and the environment variables it comes from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from authpact.review.source._model import Assignment, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project, Symbol
from authpact.review.source._text import literal, members, split

_DEEP: Final = 8
_GETENV: Final = lazy(r"^(?:os\.)?(?:getenv|environ\.get|environ\.setdefault)\((.*)\)$", re.DOTALL)
_CONFIG: Final = lazy(r"^(?:config|env|env\.str|decouple\.config)\((.*)\)$", re.DOTALL)
_ENVIRON: Final = lazy(r"^(?:os\.)?environ\[\s*[\"'](\w+)[\"']\s*\]$")
_PROCESS: Final = lazy(r"^process\.env(?:\?)?(?:\.(\w+)|\[\s*[\"'](\w+)[\"']\s*\])!?$")
_WRAPPED: Final = lazy(
    r"^(?:str|int|bytes|SecretStr|String|Buffer\.from|Secret|tuple|list|set|frozenset"
    r"|new\s+TextEncoder\(\)\.encode|Field|field)\((.*)\)$",
    re.DOTALL,
)
_TAIL: Final = lazy(
    r"(?:\.(?:encode|strip|get_secret_value|toString|trim|rstrip|lstrip|lower|upper)\([^()]*\)"
    r"|!|\s+as\s+[\w.<>\[\]]+)$"
)
_NAME: Final = lazy(r"^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*$")
_CALL: Final = lazy(r"^([A-Za-z_$][\w$.]*)\(.*\)$", re.DOTALL)
_RETURN: Final = lazy(r"\breturn\s+([^\n;]+)")


@dataclass(frozen=True, slots=True)
class Value:
    """What is known about an expression."""

    literals: tuple[str, ...] = ()
    """Texts it may be."""
    environment: tuple[str, ...] = ()
    """Variables it is read from, in order."""
    known: bool = True
    """False when a part of it could not be followed."""
    place: tuple[str, int] = ("", 0)
    """File and line of the literal that stands in for a missing variable."""

    @property
    def fallback(self) -> str:
        """The literal that is used when the variables are missing, empty for none."""
        return self.literals[-1] if self.environment and self.literals else ""


_UNKNOWN: Final = Value(known=False)


def merge(values: Iterable[Value]) -> Value:
    """Join alternatives."""
    rows = list(values)
    return Value(
        tuple(dict.fromkeys(text for v in rows for text in v.literals)),
        tuple(dict.fromkeys(name for v in rows for name in v.environment)),
        all(v.known for v in rows),
        next((v.place for v in rows if v.place[0]), ("", 0)),
    )


class Evaluator:
    """Follows expressions through constants, settings, small functions and imports."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def value(self, module: Module, text: str, line: int = 0, depth: int = 0) -> Value:
        """Return what is known about an expression of a module."""
        text = text.strip()
        if depth > _DEEP or not text or len(text) > 2000:  # noqa: PLR2004
            return _UNKNOWN
        plain = literal(text)
        if plain is not None:
            return Value((plain,), place=(module.path, line))
        found = self._environment(module, text, line, depth)
        if found is not None:
            return found
        found = self._compound(module, text, line, depth)
        return found if found is not None else self._named(module, text, depth)

    def _environment(self, module: Module, text: str, line: int, depth: int) -> Value | None:
        direct = _ENVIRON.match(text) or _PROCESS.match(text)
        if direct:
            return Value(environment=(next(g for g in direct.groups() if g),))
        called = _GETENV.match(text) or _CONFIG.match(text)
        if not called:
            return None
        parts = split(called[1])
        name = literal(parts[0]) if parts else None
        if name is None or not re.fullmatch(r"\w+", name):
            return None
        default = parts[1].removeprefix("default=").strip() if len(parts) > 1 else ""
        if default in {"", "None"}:
            return Value(environment=(name,))
        return merge([Value(environment=(name,)), self.value(module, default, line, depth + 1)])

    def _compound(self, module: Module, text: str, line: int, depth: int) -> Value | None:
        for operator in (" or ", "||", "??"):
            parts = split(text, operator)
            if len(parts) > 1:
                return merge(self.value(module, p, line, depth + 1) for p in parts)
        parts = split(text, "+")
        if len(parts) > 1 and any(p[0] == "[" or p.startswith("list(") for p in parts):
            return merge(self.value(module, p, line, depth + 1) for p in parts)
        tail = _TAIL.search(text)
        # What `new TextEncoder().encode(…)` is given is the value, for others it is an encoding.
        if tail and not text.startswith("new TextEncoder("):
            return self.value(module, text[: tail.start()], line, depth + 1)
        wrapped = _WRAPPED.match(text)
        if wrapped:
            return self._wrapped(module, wrapped[1], line, depth)
        if text[0] in "[({" and text[-1] in "])}":
            inner = [p for p in split(text[1:-1]) if not p.startswith("*")]
            return merge(self.value(module, p, line, depth + 1) for p in inner)
        return None

    def _wrapped(self, module: Module, inner: str, line: int, depth: int) -> Value:
        parts = split(inner)
        named = {p.partition("=")[0].strip(): p.partition("=")[2] for p in parts if "=" in p}
        default = named.get("default") or (parts[0] if parts and "=" not in parts[0] else "")
        alias = literal(
            named.get("alias") or named.get("env") or named.get("validation_alias") or ""
        )
        extra = Value(environment=(alias,)) if alias else Value()
        if default in {"", "...", "None"}:
            return extra
        return merge([extra, self.value(module, default, line, depth + 1)])

    def _named(self, module: Module, text: str, depth: int) -> Value:
        call = _CALL.match(text)
        if call and _NAME.match(call[1]):
            return self._returned(module, call[1], depth)
        if not _NAME.match(text):
            return _UNKNOWN
        text = text.replace("?.", ".")
        found = self._project.symbol(module, text)
        kept = self._kept(found, depth) if found is not None else None
        if kept is not None:
            return kept
        if "." in text and module.language == "python":
            return self._field(text.rpartition(".")[2], module, depth)
        local = [a for a in module.assignments if a.target == text and a.function >= 0]
        if len(local) == 1:
            return self.value(module, local[0].value, local[0].line, depth + 1)
        return _UNKNOWN

    def _kept(self, found: Symbol, depth: int) -> Value | None:
        """Return what a constant holds, or a member of a constant object."""
        head, _, member = found.name.partition(".")
        variable = found.module.variables.get(found.name) or found.module.variables.get(head)
        if variable is None:
            return None
        text = variable.value
        if variable.target != found.name:
            text = members(_bare(text)).get(member, "")
        return self.value(found.module, text, variable.line, depth + 1) if text else None

    def _returned(self, module: Module, name: str, depth: int) -> Value:
        found = self._project.function(module, name)
        if found is None:
            return _UNKNOWN
        home, function = found
        texts = _RETURN.findall(function.text)
        if not texts:
            return _UNKNOWN
        return merge(self.value(home, t, function.line, depth + 1) for t in texts)

    def _field(self, name: str, module: Module, depth: int) -> Value:
        """Look a member of a settings object up; the nearest class that declares it counts."""
        rows = self._project.fields.get(name.lower(), [])
        if not rows:
            return self._property(name, depth)
        home, field = max(rows, key=lambda row: (_shared(row[0].path, module.path), row[1].line))
        return self.field(home, field, depth)

    def field(self, module: Module, field: Assignment, depth: int = 0) -> Value:
        """Return the value of a settings field: its own variable, and its default."""
        variable = Value(environment=(module.variable_of(field),))
        if field.value in {"", "None", "..."}:
            return variable
        inner = self.value(module, field.value, field.line, depth + 1)
        if inner.environment:
            return inner
        return merge([variable, inner])

    def _property(self, name: str, depth: int) -> Value:
        rows = self._project.methods.get(name, [])
        if len(rows) != 1:
            return _UNKNOWN
        home, function = rows[0]
        texts = _RETURN.findall(function.text)
        values = [self.value(home, t.replace("self.", "settings."), 0, depth + 1) for t in texts]
        return merge(values) if values else _UNKNOWN


def _bare(text: str) -> str:
    """Return an object literal without what only types or freezes it."""
    text = re.sub(r"\s+(?:as\s+const|satisfies\s+[\s\S]+)$", "", text.strip())
    return text.removeprefix("Object.freeze(").removesuffix(")").strip()


def _shared(first: str, second: str) -> int:
    """Return how many leading folders two paths share."""
    count = 0
    for a, b in zip(first.split("/"), second.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
