"""FastAPI applications: routers, routes, and what protects them."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from authpact.review.facts._dynamic import holder_of, is_loaded_by_name, loaded_by_name
from authpact.review.facts._guards import Guards
from authpact.review.facts._live import LiveRoute
from authpact.review.facts._routers import (
    Guard,
    Include,
    Router,
    Way,
    joined,
    key,
    only_in_development,
    routers,
    scopes,
)
from authpact.review.facts._shadows import Entry, shadows
from authpact.review.facts._signs import BEARERS, DEEP, METHODS, NAMES_AUTH
from authpact.review.facts._walls import Walls
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import literal

_PART: Final = lazy(r"([^{}]+)|\{([^{}:!]+)[^{}]*\}")
_LOOP: Final = lazy(r"\bfor\s+(\w+)\s+in\s+[\[(]([^\])]*)[\])]")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `paths` are its full paths, one for each way it is included."""

    module: Module
    function: Function
    decorator: Call
    method: str
    path: str
    paths: tuple[str, ...]
    protected: bool
    """Something that authenticates stands before or inside of it."""
    reachable: bool
    """An application of the tree includes it."""
    principal: str
    """Name of the parameter that holds who calls, empty when there is none."""
    shielded: bool = False
    """Something before the handler authenticates: its router, its application or a middleware."""
    shadow: str = ""
    """Path of an earlier route that takes its requests, empty when there is none."""
    declared: Module | None = None
    """The module that registers the handler by a call, None when a decorator does."""

    @property
    def line(self) -> int:
        """Line of the function's definition."""
        return self.function.line


class Application(Guards):
    """Reads every application of a project once."""

    def __init__(self, project: Project, live: Iterable[LiveRoute] = ()) -> None:
        super().__init__(project)
        self._live: dict[tuple[str, int], list[LiveRoute]] = {}
        for one in live:
            self._live.setdefault((one.file, one.line), []).append(one)
        self._imported = {file for file, _ in self._live}
        found = (
            replace(r, prefix=self._prefix(m, r.prefix)) for m in project.python for r in routers(m)
        )
        self.routers = {key(r.module, r.name): r for r in found}
        self._loops: dict[str, dict[str, str]] = {}
        self.includes = [i for m in project.python for i in self._includes(m)]
        self._parents: dict[tuple[str, str], list[Include]] = {}
        for include in self.includes:
            self._parents.setdefault(include.child, []).append(include)
        self._walls = Walls(self, self.routers.values(), self._target)
        self._walls_of: dict[tuple[str, str], tuple[Guard, ...]] = {}
        self._installed = {
            posixpath.dirname(m.path)
            for m in project.python
            for i in m.imports
            if i.module == "authpact.fastapi" and i.name == "install"
        }
        self._entries: list[Entry] = []
        self._count = 0
        routes = [r for m in project.python for r in self._routes(m)]
        hidden = shadows(self._entries)
        self.routes = tuple(replace(r, shadow=hidden.get(i, "")) for i, r in enumerate(routes))

    def _target(self, module: Module, text: str, function: int = -1) -> tuple[str, str] | None:
        text = text.strip()
        if text.endswith(")"):
            return self._made(module, text.partition("(")[0])
        for name in scopes(module, text, function):
            if key(module, name) in self.routers:
                return key(module, name)
        made = self._kept(module, text, function)
        if made is not None:
            return made
        found = self.project.symbol(module, text)
        if found is None:
            return None
        if found.name:
            return key(found.module, found.name)
        return next((k for k in self.routers if k[0] == found.module.path), None)

    def _kept(self, module: Module, name: str, function: int) -> tuple[str, str] | None:
        """Return the router that a variable of a function got from a function that made it."""
        values = (
            a.value
            for a in module.assignments
            if a.target == name and a.function == function >= 0 and a.value.endswith(")")
        )
        return next((t for v in values if (t := self._made(module, v.partition("(")[0]))), None)

    def _made(self, module: Module, name: str) -> tuple[str, str] | None:
        """Return the router that a function makes and returns."""
        found = self.project.function(module, name)
        if found is None:
            return None
        home, function = found
        index = home.functions.index(function)
        returned = re.findall(r"\breturn\s+(\w+)\s*$", function.text, re.MULTILINE)
        keys = (key(home, n) for variable in returned for n in scopes(home, variable, index))
        return next((k for k in keys if k in self.routers), None)

    def _children(self, module: Module, call: Call) -> Iterable[tuple[str, str]]:
        """Yield what a call includes; a loop over routers includes each."""
        is_mount = call.last == "mount"
        text = call.text_of("app" if is_mount else "router", int(is_mount))
        if module.path not in self._loops:
            self._loops[module.path] = dict(reversed(_LOOP.findall(module.code)))
        looped = self._loops[module.path].get(text)
        names = looped.split(",") if looped else [text]
        found = [self._target(module, name, call.function) for name in names]
        head, rest = holder_of(text)
        if rest and not any(f in self.routers for f in found):
            loaded = loaded_by_name(self.project, module, head)
            found = [key(m, rest) for m in loaded if key(m, rest) in self.routers] or found
        yield from (f for f in found if f is not None)

    def _includes(self, module: Module) -> Iterable[Include]:
        others = module.called("include_router", "mount")
        for call in others:
            parent = self._target(module, call.name.rpartition(".")[0], call.function)
            if parent is None or only_in_development(module, call):
                continue
            mounted = call.text_of("path", 0) if call.last == "mount" else call.text_of("prefix")
            prefix = self._prefix(module, mounted)
            guards = call.text_of("dependencies")
            if not guards and is_loaded_by_name(module, call.text_of("router", 0)):
                guards = next(filter(None, (c.text_of("dependencies") for c in others)), "")
            for child in self._children(module, call):
                yield Include(parent, child, prefix, guards, module, call.line)

    def _prefix(self, module: Module, text: str) -> str:
        """Return a prefix as written or put together; a part that nobody told stays `<name>`."""
        text = text.strip()
        written = literal(text)
        if written is not None or not text:
            return written or ""
        if text[:2] in {'f"', "f'"}:
            return "".join(t or self._named(module, n) for t, n in _PART.findall(text[2:-1]))
        summed = [p.strip() for p in text.split("+")]
        if len(summed) > 1:
            return "".join(self._prefix(module, p) for p in summed)
        return self._named(module, text)

    def _named(self, module: Module, name: str) -> str:
        """Return the text of a constant or of a settings field."""
        name = name.strip()
        if not re.fullmatch(r"[A-Za-z_][\w.]*", name):
            return f"<{name}>"
        found = self.project.symbol(module, name)
        variable = found.module.variables.get(found.name) if found else None
        rows = self.project.fields.get(name.rpartition(".")[2].lower(), [])
        value = variable.value if variable is not None else rows[-1][1].value if rows else ""
        known = literal(value) if value else None
        return f"<{name}>" if known is None else known

    def _routes(self, module: Module) -> Iterable[Route]:
        for function in module.functions:
            for decorator in function.decorators:
                owner, _, method = decorator.name.rpartition(".")
                if method not in METHODS:
                    continue
                names = scopes(module, owner, function.parent)
                found = next((n for n in names if key(module, n) in self.routers), "")
                if found:
                    router = self.routers[key(module, found)]
                    yield self._route(module, function, decorator, router, method)
        yield from self._registered(module)

    def _registered(self, module: Module) -> Iterable[Route]:
        """Yield the routes that calls of `add_api_route` make, one for each of their methods."""
        for call in module.called("add_api_route"):
            target = self._target(module, call.name.rpartition(".")[0], call.function)
            router = self.routers.get(target) if target else None
            handler = call.text_of("endpoint", 1)
            found = self.project.function(module, handler) if handler else None
            if found is None or router is None:
                continue
            methods = re.findall(r"[\"'](\w+)[\"']", call.text_of("methods")) or ["get"]
            for method in methods:
                route = self._route(*found, call, router, method.lower())
                yield replace(route, declared=module)

    def _route(
        self, module: Module, function: Function, decorator: Call, router: Router, method: str
    ) -> Route:
        path = literal(decorator.text_of("path", 0)) or ""
        ways = self._ways(key(router.module, router.name), 0)
        shielded = bool(ways) and all(w.shields(joined(w.prefix, path), method) for w in ways)
        shielded = shielded or self.guards(router.module, decorator.text_of("dependencies"))
        full = tuple(dict.fromkeys(joined(w.prefix, path) for w in ways))
        reachable = bool(ways)
        if module.path in self._imported:
            first = function.decorators[0].line if function.decorators else function.line
            found = self._live.get((module.path, first), [])
            full = tuple(dict.fromkeys(f.path for f in found))
            reachable = bool(found)
            shielded = any(
                NAMES_AUTH.search(d) or d in BEARERS for f in found for d in f.dependencies
            )
        self._enter(ways, path, method, decorator.line)
        return Route(
            module,
            function,
            decorator,
            method,
            path,
            full or (joined(router.prefix, path),),
            shielded or self.checks(module, function),
            reachable,
            self._principal(module, function),
            shielded,
        )

    def _enter(self, ways: list[Way], path: str, method: str, line: int) -> None:
        index = self._count
        self._count += 1
        for way in ways:
            order = (*way.order, line) if way.order else ()
            table = (*way.application, method)
            whole = joined(way.prefix).rstrip("/") + path
            self._entries.append(Entry(table, whole, order, index))

    def _principal(self, module: Module, function: Function) -> str:
        for parameter in function.parameters:
            if self.guards(module, f"{parameter.annotation} {parameter.default}"):
                return parameter.name
        return next(iter(self.fields_of(module, function)), "")

    def _mounted(self, own: Way, depth: int) -> list[Way]:
        """Return the ways to an application through those that it is mounted in."""
        return [
            Way(
                way.application,
                joined(way.prefix, include.prefix, own.prefix),
                way.guarded or own.guarded,
                (*way.walls, *own.walls),
                (),
            )
            for include in self._parents.get(own.application, ())
            if include.parent != own.application
            for way in self._ways(include.parent, depth + 1)
        ]

    def _ways(self, name: tuple[str, str], depth: int) -> list[Way]:
        """Return each way from an application to a router."""
        router = self.routers.get(name)
        if router is None or depth > DEEP:
            return []
        own = self.guards(router.module, router.dependencies) if router.dependencies else False
        if router.is_application:
            installed = posixpath.dirname(name[0]) in self._installed
            if name not in self._walls_of:
                self._walls_of[name] = self._walls.of(router)
            alone = Way(name, router.prefix, own or installed, self._walls_of[name], (0,))
            return self._mounted(alone, depth) or [alone]
        found = []
        for include in self._parents.get(name, ()):
            if include.parent == name:
                continue
            guarded = own or (
                bool(include.dependencies) and self.guards(include.module, include.dependencies)
            )
            is_told = include.module.path == include.parent[0]
            for way in self._ways(include.parent, depth + 1):
                prefix = joined(way.prefix, include.prefix, router.prefix)
                order = (*way.order, include.line) if way.order and is_told else ()
                found.append(Way(way.application, prefix, way.guarded or guarded, way.walls, order))
        return found
