"""Texts that come from the request, followed through locals and through who calls a function."""

from typing import Final

from authpact.review.facts._routes import Application
from authpact.review.source._model import Assignment, Call, Function, Module, Parameter
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_READ: Final = lazy(r"(?:headers|cookies|query_params|path_params)(?:\.get\(|\[)|\.credentials\b")
_DECLARED: Final = lazy(
    r"\b(?:Header|Cookie|Query|Path|Body|Form|APIKeyHeader|APIKeyQuery|APIKeyCookie)\(|api_key_header"
)
_TEXT: Final = lazy(r"^(?:str\b|Optional\[str\]|Annotated\[\s*str\b)")
_ROOT: Final = lazy(
    r"\(?([A-Za-z_]\w*)(?:\[|\.(?:split|strip|removeprefix|partition|lower)\(|$| or )"
)
_HOPS: Final = 4
_DEEP: Final = 3


class Sent:
    """Tells texts of the request from texts of the application."""

    def __init__(self, project: Project, application: Application) -> None:
        self._project = project
        self._handlers = {(r.module.path, r.function.start) for r in application.routes}

    def is_sent(self, module: Module, function: Function, text: str, depth: int = 0) -> bool:
        """Whether a client chooses what an expression inside a function holds."""
        root = _root(module, function, text)
        if _READ.search(root):
            return True
        parameter = next((p for p in function.parameters if p.name == root), None)
        if parameter is None or depth > _DEEP:
            return False
        if self._is_declared(module, function, parameter):
            return True
        return any(
            self.is_sent(home, outer, given, depth + 1)
            for home, outer, line in self._project.callers(module, function)
            for given in _given(home, function, parameter, line)
        )

    def _is_declared(self, module: Module, function: Function, parameter: Parameter) -> bool:
        """Whether FastAPI fills a parameter from the request."""
        text = f"{parameter.annotation} {parameter.default}"
        if _DECLARED.search(text):
            return True
        is_route = (module.path, function.start) in self._handlers
        return is_route and not parameter.default and bool(_TEXT.match(parameter.annotation))


def _root(module: Module, function: Function, text: str) -> str:
    """Return what an expression was cut out of, through the locals of its function."""
    text = text.strip()
    for _ in range(_HOPS):
        found = _ROOT.match(text)
        if found is None:
            return text
        behind = next((a for a in _inside(module, function) if _names(a, found[1])), None)
        if behind is None:
            return found[1]
        text = behind.value.removeprefix("await ").strip()
    return text


def _inside(module: Module, function: Function) -> list[Assignment]:
    return [a for a in module.assignments if function.line <= a.line <= function.end_line]


def _names(one: Assignment, name: str) -> bool:
    """Whether an assignment gives a name its value, alone or among others."""
    return name in {t.strip() for t in one.target.strip("()[]").split(",")}


def _given(module: Module, callee: Function, parameter: Parameter, line: int) -> list[str]:
    """Return what a call on a line hands over for a parameter."""
    calls = [c for c in module.calls if c.line == line and c.last == callee.name]
    return [text for call in calls if (text := _argument(call, callee, parameter))]


def _argument(call: Call, callee: Function, parameter: Parameter) -> str:
    names = [p.name for p in callee.parameters if p.name not in {"self", "cls"}]
    return call.text_of(parameter.name, names.index(parameter.name))
