"""What scripts ask the API for: paths and methods, through clients and wrappers of their own."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project, folders_of
from authpact.review.source._values import Evaluator

VERBS: Final = frozenset(["get", "post", "put", "patch", "delete"])
_ADDRESS: Final = lazy(
    r"^`\$\{\s*([^}`]+?)\s*\}(/(?:\$\{[^}`]*\}|[^`?#$])*)(?:[?#][^`]*)?`$", re.DOTALL
)
_TAKES_PATH: Final = lazy(
    r"^`\$\{\s*([^}`]+?)\s*\}(/[\w/.-]*)?\$\{\s*(\w+)\s*\}`$|^([\w.]+)\s*\+\s*(\w+)$"
)
_TO_API: Final = lazy(r"API|BACKEND|SERVER|:8\d{3}\b|/api\b", re.IGNORECASE)
_FOREIGN: Final = lazy(
    r"^https?://(?!localhost|127\.|0\.0\.|[\w-]+[:/])"
    r"(?!.*(?:hf\.space|onrender|railway|vercel|fly\.dev|heroku|run\.app|example\.))",
    re.IGNORECASE,
)
_CLIENT: Final = lazy(r"^(?:axios|ky|ofetch|\$fetch)\.(?:create|extend)\(")
_FETCH: Final = lazy(r"^(?:\$|o)?[\w$]*[fF]etch\w*$")
_PATH: Final = lazy(r"^[\"'`](/(?:\$\{[^}`]*\}|[^\"'`?#$])*)(?:[?#][^\"'`]*)?[\"'`]$", re.DOTALL)
_DRAFT: Final = lazy(
    r"(^|/)(?:specs?|docs?|contracts?|examples?|history|templates?|archive"
    r"|[\w-]*(?:_old|old_|backup|deprecated|legacy)[\w-]*)/"
)
"""Sketches, which nothing runs."""
_METHOD: Final = lazy(r"\bmethod\s*:\s*([\"'`](\w+)[\"'`]|[^,}\s]+)")


@dataclass(frozen=True, slots=True)
class Request:
    """One call of an address below a base."""

    module: Module
    line: int
    base: str
    """Variable or name that holds the base."""
    path: str
    """Path below the base as written, with holes."""
    method: str
    """Lower case, empty when it is not told."""
    fixed: str
    """Path that the base has in the code, empty for none."""
    wrapped: bool = False
    """Whether a function of the tree puts the base before the path."""


@dataclass(frozen=True, slots=True)
class _Base:
    name: str
    fixed: str


@dataclass(frozen=True, slots=True)
class _Wrapper:
    base: _Base
    prefix: str
    method: str


def package_of(paths: frozenset[str], path: str) -> str:
    """Return the folder of the package that a script belongs to."""
    found = (f for f in folders_of(path) if posixpath.join(f, "package.json") in paths)
    return next(found, path.partition("/")[0])


class Requests:
    """Reads the requests of every script once."""

    def __init__(self, project: Project, evaluator: Evaluator) -> None:
        self._project = project
        self._evaluator = evaluator
        scripts = tuple(m for m in project.scripts if not _DRAFT.search(m.path))
        self._clients = {
            (m.path, a.target): base
            for m in scripts
            for a in m.assignments
            for base in self._made(m, a.value)
        }
        self._wrappers: dict[tuple[str, str], _Wrapper] = {}
        for read in (self._wrapping, self._passing):
            for module in scripts:
                for name, wrapper in read(module):
                    self._wrappers.setdefault((module.path, name), wrapper)
        self.found = tuple(r for m in scripts for r in self._requests(m))

    def _base(self, module: Module, text: str) -> _Base | None:
        """Return the base behind an expression when it leads to the API."""
        member, text = text.startswith("this."), text.removeprefix("this.").rstrip("!")
        value = self._evaluator.value(module, text)
        if not value.known and not value.literals and not value.environment:
            # Fields of classes are no assignments, and a constructor may set them.
            field = rf"\b{re.escape(text)}\b\s*(?::[^=\n;]+)?=(?!=)\s*([^\n;,]+)"
            rows = (*module.assignments, *module.pairs)
            local = [a.value for a in rows if a.target.removeprefix("this.") == text]
            local += re.findall(field, module.code)[:1] if member else []
            value = self._evaluator.value(module, local[0]) if local else value
        if any(_FOREIGN.match(one) for one in value.literals):
            return None
        name = value.environment[0] if value.environment else text
        if not _TO_API.search(" ".join((name, text, *value.literals))):
            return None
        given = (re.sub(r"^https?://[^/]+", "", one).rstrip("/") for one in value.literals)
        return _Base(name, next((g for g in given if g.startswith("/")), ""))

    def _made(self, module: Module, text: str) -> Iterator[_Base]:
        """Yield the base of a client that a text makes."""
        made = _CLIENT.match(text)
        found = re.search(r"(?:baseURL|prefixUrl)\s*:\s*([^\n]+?),?\s*(?:\n|\}|$)", text)
        base = self._base(module, found[1]) if made and found else None
        if base is not None:
            yield base
        elif made and found is None and re.search(r"\bbaseURL\b", text):
            yield _Base("baseURL", "")

    def _wrapping(self, module: Module) -> Iterator[tuple[str, _Wrapper]]:
        """Yield functions that take a path and send it to the API."""
        for call in module.calls:
            if not call.arguments or not _sends(call):
                continue
            around = tuple(_around(module, call.function))
            text = _local(module, call.arguments[0].text, around)
            match = _TAKES_PATH.match(text)
            taken = (match[3] or match[5]) if match else ""
            # What sends may stand in a closure of the function that is given the path.
            functions = (module.functions[i] for i in around)
            function = next((f for f in functions if f.name and taken in _first(f)), None)
            base = self._base(module, match[1] or match[4]) if match and function else None
            if base is not None and match and function:
                verb = function.name if function.name in VERBS else _verb(call, "")
                yield function.name, _Wrapper(base, match[2] or "", verb)

    def _passing(self, module: Module) -> Iterator[tuple[str, _Wrapper]]:
        """Yield functions that hand their path on to a wrapper."""
        for call in module.calls:
            function = module.function_of(call)
            if function is None or not function.name or not call.arguments:
                continue
            if call.arguments[0].text not in _first(function):
                continue
            found = self._wrapper(module, call)
            if found is not None:
                named = {"del": "delete"}.get(function.name, function.name)
                verb = named if named in VERBS else found.method or _verb(call, "")
                yield function.name, _Wrapper(found.base, found.prefix, verb)

    def _requests(self, module: Module) -> Iterator[Request]:
        for call in module.calls:
            if not call.arguments:
                continue
            text = call.arguments[0].text
            match = _ADDRESS.match(text) if _sends(call) else None
            path = _PATH.match(text)
            found = self._wrapper(module, call) if path else None
            if match:
                base, below, method = self._base(module, match[1]), match[2], _verb(call, "get")
            elif path and found is not None:
                base, below = found.base, found.prefix + path[1]
                method = found.method or _verb(call, "get")
            else:
                continue
            if base is not None:
                wrapped = match is None and call.last not in VERBS
                yield Request(module, call.line, base.name, below, method, base.fixed, wrapped)

    def _wrapper(self, module: Module, call: Call) -> _Wrapper | None:
        """Return the wrapper that a call means: a function, or a method of a client."""
        if call.name.startswith("this."):
            return self._wrappers.get((module.path, call.last))
        found = self._project.symbol(module, call.name)
        if found is None:
            return None
        owner = found.name.partition(".")[0]
        client = self._clients.get((found.module.path, owner))
        if client is not None:
            return _Wrapper(client, "", call.last) if call.last in VERBS else None
        return self._wrappers.get((found.module.path, call.last))


def _first(function: Function) -> list[str]:
    return [p.name for p in function.parameters[:1]]


def _around(module: Module, function: int) -> Iterator[int]:
    """Yield the functions around a place, the innermost first."""
    while function >= 0:
        yield function
        function = module.functions[function].parent


def _local(module: Module, text: str, around: tuple[int, ...]) -> str:
    """Return what a local name of these functions holds, the text itself when it is none."""
    if not re.fullmatch(r"\w+", text):
        return text
    rows = [a.value for a in module.assignments if a.function in around and a.target == text]
    return rows[0] if len(rows) == 1 else text


def _sends(call: Call) -> bool:
    owner, _, last = call.name.rpartition(".")
    if owner in {"axios", "ky"}:
        return last in VERBS
    return call.name in {"axios", "ky"} or bool(_FETCH.search(last))


def _verb(call: Call, otherwise: str) -> str:
    """Return the method of a request, empty when an expression or a spread may give it."""
    owner, _, last = call.name.rpartition(".")
    if owner and last in VERBS:
        return last
    texts = [a.text for a in call.arguments[1:]]
    plain = [t.strip("\"'`").lower() for t in texts]
    positional = next((p for p in plain if p in VERBS), "")
    match = _METHOD.search("\n".join(texts))
    if positional or match:
        return positional or (match[2] or "").lower() if match else positional
    told = all(t.startswith("{") and "..." not in t for t in texts)
    return otherwise if told else ""
