"""FastAPI applications and routers, and what stands around their prefixes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.facts._signs import ROUTER
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import split


@dataclass(frozen=True, slots=True)
class Router:
    """One FastAPI application or router."""

    module: Module
    name: str
    is_application: bool
    prefix: str
    """As it is written, until the application has put it together."""
    dependencies: str
    line: int


@dataclass(frozen=True, slots=True)
class Include:
    """`parent.include_router(child, …)` or a mount."""

    parent: tuple[str, str]
    child: tuple[str, str]
    prefix: str
    dependencies: str
    module: Module
    line: int = 0


@dataclass(frozen=True, slots=True)
class Guard:
    """A middleware that refuses requests without a credential, but those below `opened`."""

    opened: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """When given, only requests below these are refused."""
    sockets: bool = False
    """Whether it sees WebSocket connections, too; a http middleware does not."""

    def covers(self, path: str, method: str = "get") -> bool:
        """Whether a request for this path needs a credential."""
        if method == "websocket" and not self.sockets:
            return False
        if self.only and not _below(path, self.only):
            return False
        return not _below(path, self.opened)


def _below(path: str, tops: tuple[str, ...]) -> bool:
    return any(
        path == one or (len(one) > 1 and path.startswith(one.rstrip("/") + "/")) for one in tops
    )


@dataclass(frozen=True, slots=True)
class Way:
    """One way from an application to a router. `order` is empty when it could not be told."""

    application: tuple[str, str]
    prefix: str
    guarded: bool
    walls: tuple[Guard, ...]
    order: tuple[int, ...]

    def shields(self, path: str, method: str) -> bool:
        """Whether something before the router authenticates requests for this path."""
        return self.guarded or any(w.covers(path, method) for w in self.walls)


def opened_by(text: str) -> tuple[str, ...]:
    """Return the paths that a middleware lets through without a credential."""
    lists = _OPENED.findall(text)
    return tuple(dict.fromkeys(p for one in lists for p in paths_in(one)))


def paths_in(text: str) -> list[str]:
    """Return the paths that are written out in a text."""
    return _PATH_TEXT.findall(text)


_OPENED: Final = lazy(
    r"\w*(?:public|exempt|skip|exclud|open_|allow|white|unprotected|no_?auth|anonymous)\w*"
    r"\s*(?::[^=\n]+)?=\s*(?:frozenset\(|set\(|tuple\()?[\[{(]([^\])}]*)",
    re.IGNORECASE,
)
_PATH_TEXT: Final = lazy(r"[\"'](/[\w./-]*)[\"']")


def key(module: Module, name: str) -> tuple[str, str]:
    return module.path, name


def scoped(name: str, function: int) -> str:
    """Return the name of a variable that is unique in its module: `name`, or `name@function`."""
    return name if function < 0 else f"{name}@{function}"


def scopes(module: Module, name: str, function: int) -> Iterator[str]:
    """Yield what a name may mean inside a function, the innermost first."""
    while function >= 0:
        yield scoped(name, function)
        function = module.functions[function].parent
    yield name


def joined(*parts: str) -> str:
    return "/" + "/".join(p.strip("/") for p in parts if p.strip("/"))


_DEVELOPMENT: Final = lazy(r"^\s*(?:if|elif)\b[^\n]*(?:env|debug|local|dev)", re.IGNORECASE)


def only_in_development(module: Module, call: Call) -> bool:
    """Whether a call stands below an `if` about the environment."""
    text = module.lines[call.line - 1]
    depth = len(text) - len(text.lstrip())
    for number in range(call.line - 2, max(-1, call.line - 12), -1):
        line = module.lines[number]
        if line.strip() and len(line) - len(line.lstrip()) < depth:
            return bool(_DEVELOPMENT.match(line))
    return False


def routers(module: Module) -> Iterable[Router]:
    for one in module.assignments:
        match = ROUTER.match(one.value)
        if not match or not re.fullmatch(r"\w+", one.target):
            continue
        inner = one.value[one.value.find("(") + 1 : one.value.rfind(")")]
        named = {}
        for part in split(inner):
            name, equals, value = part.partition("=")
            if equals:
                named[name.strip()] = value.strip()
        prefix = named.get("prefix", "")
        is_application = match[1] == "FastAPI"
        name = scoped(one.target, one.function)
        yield Router(module, name, is_application, prefix, named.get("dependencies", ""), one.line)
    for index, function in enumerate(module.functions):
        for parameter in function.parameters:
            if parameter.annotation.rpartition(".")[2] == "FastAPI":
                yield Router(module, scoped(parameter.name, index), True, "", "", parameter.line)
