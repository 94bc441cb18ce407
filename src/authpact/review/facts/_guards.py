"""What authenticates: whether a dependency, or anything it uses, checks who calls."""

import re

from authpact.review.facts._signs import (
    BEARERS,
    DEEP,
    DEPENDS,
    EVIDENCE,
    NAMES_AUTH,
    READS_CREDENTIAL,
    REFUSES,
    SCHEMES,
)
from authpact.review.source._model import Function, Module
from authpact.review.source._project import Project


class Guards:
    """Judges the functions of a project, each once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._guards: dict[tuple[str, str], bool] = {}

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
        called = re.match(r"([A-Za-z_]\w*)\(", variable.value) if variable else None
        if called and self._instance(home, called[1], depth):
            return True
        if kind is not None:
            return bool(EVIDENCE.search(kind.text)) or any(b in BEARERS for b in kind.bases)
        function = home.by_name.get(label)
        return function is not None and self.checks(home, function, depth + 1)

    def _instance(self, module: Module, name: str, depth: int) -> bool:
        """Whether the instances of a class authenticate when they are called."""
        found = self.project.symbol(module, name)
        if found is None or found.name not in found.module.class_names:
            return False
        home, own = found.module, (f for f in found.module.functions if f.owner == found.name)
        return any(f.name == "__call__" and self.checks(home, f, depth + 1) for f in own)

    def fields_of(self, module: Module, function: Function) -> list[str]:
        """Return what a method reads of its class that is a dependency which authenticates."""
        if not function.owner:
            return []
        return [
            f"self.{a.target}"
            for a in module.assignments
            if a.owner == function.owner
            and a.function < 0
            and ("Depends" in a.value + a.annotation or "Security" in a.value)
            and self.guards(module, f"{a.annotation} {a.value}")
        ]

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
        given = (f"{p.annotation} {p.default}" for p in function.parameters)
        if any(self.guards(module, g, depth) for g in given) or self.fields_of(module, function):
            return True
        return self._calls_guard(module, function, depth)

    def _calls_guard(self, module: Module, function: Function, depth: int) -> bool:
        """Whether a function calls something that authenticates."""
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
