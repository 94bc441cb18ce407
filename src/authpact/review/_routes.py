"""FastAPI applications: routers, routes, and what protects them."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from authpact.review._live import LiveRoute
from authpact.review._model import Call, Function, Module
from authpact.review._project import Project
from authpact.review._routers import (
    Include,
    Router,
    joined,
    key,
    only_in_development,
    routers,
    scopes,
)
from authpact.review._signs import (
    BEARERS,
    DEEP,
    DEPENDS,
    EVIDENCE,
    METHODS,
    NAMES_AUTH,
    READS_CREDENTIAL,
    REFUSES,
    SCHEMES,
)
from authpact.review._text import literal


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

    @property
    def line(self) -> int:
        """Line of the function's definition."""
        return self.function.line


class Application:
    """Reads every application of a project once."""

    def __init__(self, project: Project, live: Iterable[LiveRoute] = ()) -> None:
        self.project = project
        self._live: dict[tuple[str, int], list[LiveRoute]] = {}
        for one in live:
            self._live.setdefault((one.file, one.line), []).append(one)
        self._imported = {file for file, _ in self._live}
        self.routers = {key(r.module, r.name): r for m in project.python for r in routers(m)}
        self.includes = [i for m in project.python for i in self._includes(m)]
        self._guards: dict[tuple[str, str], bool] = {}
        self._middleware = {m.path: self._guarding_middleware(m) for m in project.python}
        self._installed = {
            posixpath.dirname(m.path)
            for m in project.python
            for i in m.imports
            if i.module == "authpact.fastapi" and i.name == "install"
        }
        self.routes = tuple(r for m in project.python for r in self._routes(m))

    def _target(self, module: Module, text: str, function: int = -1) -> tuple[str, str] | None:
        text = text.strip()
        if text.endswith(")"):
            return self._made(module, text.partition("(")[0])
        for name in scopes(module, text, function):
            if key(module, name) in self.routers:
                return key(module, name)
        found = self.project.symbol(module, text)
        if found is None:
            return None
        if found.name:
            return key(found.module, found.name)
        return next((k for k in self.routers if k[0] == found.module.path), None)

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
        looped = re.search(rf"\bfor\s+{re.escape(text)}\s+in\s+[\[(]([^\])]*)[\])]", module.code)
        names = looped[1].split(",") if looped else [text]
        for name in names:
            found = self._target(module, name, call.function)
            if found is not None:
                yield found

    def _includes(self, module: Module) -> Iterable[Include]:
        for call in module.called("include_router", "mount"):
            parent = self._target(module, call.name.rpartition(".")[0], call.function)
            if parent is None or only_in_development(module, call):
                continue
            mounted = call.text_of("path", 0) if call.last == "mount" else call.text_of("prefix")
            prefix = literal(mounted) or ""
            for child in self._children(module, call):
                yield Include(parent, child, prefix, call.text_of("dependencies"), module)

    def authenticates(self, module: Module, name: str, depth: int = 0) -> bool:
        """Whether a dependency or function, or anything it uses, checks who calls."""
        last = name.rpartition(".")[2]
        if NAMES_AUTH.search(last):
            return True
        if depth > DEEP or not name:
            return False
        key = (module.path, name)
        if key not in self._guards:
            self._guards[key] = False
            self._guards[key] = self._judge(module, name, depth)
        return self._guards[key]

    def _judge(self, module: Module, name: str, depth: int) -> bool:
        found = self.project.symbol(module, name)
        if found is None:
            return self._local(module, name, depth)
        home, label = found.module, found.name.partition(".")[0]
        variable = home.variables.get(label)
        if variable is not None and (
            SCHEMES.search(variable.value) or self.guards(home, variable.value, depth + 1)
        ):
            return True
        kind = next((c for c in home.classes if c.name == label), None)
        if kind is not None:
            return bool(EVIDENCE.search(kind.text)) or any(b in BEARERS for b in kind.bases)
        function = home.by_name.get(label)
        return function is not None and self.checks(home, function, depth + 1)

    def _local(self, module: Module, name: str, depth: int) -> bool:
        """Whether a variable of a function holds a dependency that some call made."""
        values = [a.value for a in module.assignments if a.target == name and a.function >= 0]
        made = [v.partition("(")[0] for v in values if "(" in v]
        return any(self.authenticates(module, m, depth + 1) for m in made if m != name)

    def guards(self, module: Module, text: str, depth: int = 0) -> bool:
        """Whether a text with `Depends(…)` or the name of an alias authenticates."""
        for name in DEPENDS.findall(text):
            if name and self.authenticates(module, name, depth + 1):
                return True
        names = re.findall(r"[A-Za-z_][\w.]*", re.sub(r"([\"']).*?\1", "", text))
        return any(
            self._alias(module, n, depth)
            for n in names
            if n not in {"Depends", "Security", "Annotated"}
        )

    def _alias(self, module: Module, name: str, depth: int) -> bool:
        """Whether a name is a module-level alias that holds a guarding dependency."""
        if depth > DEEP:
            return False
        found = self.project.symbol(module, name)
        if found is None:
            return False
        variable = found.module.variables.get(found.name)
        if variable is None or not re.search(r"Depends|Security|Annotated|\[", variable.value):
            return False
        return self.guards(found.module, variable.value, depth + 1)

    def checks(self, module: Module, function: Function, depth: int = 0) -> bool:
        """Whether a function authenticates in its parameters, its body or what it calls."""
        body = function.text
        if EVIDENCE.search(body) or (READS_CREDENTIAL.search(body) and REFUSES.search(body)):
            return True
        if depth > DEEP:
            return False
        if any(
            self.guards(module, f"{p.annotation} {p.default}", depth) for p in function.parameters
        ):
            return True
        for call in module.calls_in(function):
            if call.last in {"Depends", "Security"}:
                continue
            if NAMES_AUTH.search(call.last) and "password" not in call.last:
                return True
            if self.project.function(module, call.name) and self.authenticates(
                module, call.name, depth + 1
            ):
                return True
        return False

    def _guarding_middleware(self, module: Module) -> bool:
        """Whether something installed here refuses requests without a credential."""
        for function in module.functions:
            if any(d.last == "middleware" for d in function.decorators) and _refuses(function.text):
                return True
        for call in module.called("add_middleware"):
            name = call.text_of("", 0) or (call.arguments[0].text if call.arguments else "")
            found = self.project.symbol(module, name)
            if found is None:
                continue
            kind = next((c for c in found.module.classes if c.name == found.name), None)
            if kind is not None and _refuses(kind.text):
                return True
        return False

    def _routes(self, module: Module) -> Iterable[Route]:
        for function in module.functions:
            for decorator in function.decorators:
                owner, _, method = decorator.name.rpartition(".")
                if method not in METHODS:
                    continue
                names = scopes(module, owner, function.parent)
                found = next((n for n in names if key(module, n) in self.routers), "")
                if found:
                    yield self._route(function, decorator, self.routers[key(module, found)])

    def _route(self, function: Function, decorator: Call, router: Router) -> Route:
        module = router.module
        path = literal(decorator.text_of("path", 0)) or ""
        ways = self._ways(key(module, router.name), 0)
        shielded = bool(ways) and all(guarded for _, guarded in ways)
        own = self.guards(module, decorator.text_of("dependencies"))
        inside = self.checks(module, function)
        full = tuple(dict.fromkeys(joined(prefix, path) for prefix, _ in ways))
        if module.path in self._imported:
            found = self._live.get((module.path, function.decorators[0].line), [])
            full = tuple(dict.fromkeys(f.path for f in found))
            ways = [(f.path, False) for f in found]
            shielded = any(
                NAMES_AUTH.search(d) or d in BEARERS for f in found for d in f.dependencies
            )
        return Route(
            module,
            function,
            decorator,
            decorator.name.rpartition(".")[2],
            path,
            full or (joined(router.prefix, path),),
            shielded or own or inside,
            bool(ways),
            self._principal(module, function),
        )

    def _principal(self, module: Module, function: Function) -> str:
        for parameter in function.parameters:
            if self.guards(module, f"{parameter.annotation} {parameter.default}"):
                return parameter.name
        return ""

    def _ways(self, key: tuple[str, str], depth: int) -> list[tuple[str, bool]]:
        """Return (prefix, guarded) for each way from an application to a router."""
        router = self.routers.get(key)
        if router is None or depth > DEEP:
            return []
        own = self.guards(router.module, router.dependencies) if router.dependencies else False
        if router.is_application:
            guarded = self._middleware.get(key[0], False)
            installed = posixpath.dirname(key[0]) in self._installed
            return [(router.prefix, own or guarded or installed)]
        found = []
        for include in self.includes:
            if include.child != key or include.parent == key:
                continue
            guarded = own or (
                bool(include.dependencies) and self.guards(include.module, include.dependencies)
            )
            for prefix, before in self._ways(include.parent, depth + 1):
                found.append((joined(prefix, include.prefix, router.prefix), before or guarded))
        return found


def _refuses(text: str) -> bool:
    return bool(READS_CREDENTIAL.search(text) and re.search(r"\b401\b|HTTP_401", text))
