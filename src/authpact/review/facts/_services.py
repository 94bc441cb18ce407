"""Objects that work for routes: their classes, their methods, and whether they know who calls."""

import re
from dataclasses import replace
from typing import Final

from authpact.review.facts._guards import Guards
from authpact.review.facts._owners import caller_names
from authpact.review.facts._routes import Route
from authpact.review.source._model import Call, Class, Function, Module, Parameter
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_DEEP: Final = 4
_NAMED: Final = lazy(r"([A-Z]\w*)\W*$")
_MADE: Final = lazy(r"(?:await\s+)?([A-Z]\w*)\(")
_MODEL: Final = lazy(r"\b_?(?:model|entity|table|document)\w*\s*(?::[^=\n]+)?=\s*([A-Z]\w*)\b")
_GENERIC: Final = lazy(r"\[\s*([A-Z]\w+)\s*[,\]]|super\(\)\.__init__\(\s*([A-Z]\w+)\b")
_OWN_MODEL: Final = lazy(r"\bself\._?(?:model|entity|table|document)\w*\b(?!\s*\()")


def method_of(project: Project, kind: str, name: str) -> tuple[Module, Function] | None:
    """Return a method of a class, an inherited one with the model of the class in its text."""
    found = _inherited(project, kind, name, 0)
    own = project.classes.get(kind)
    if found is None or own is None or not _OWN_MODEL.search(found[1].text):
        return found
    model = _MODEL.search(own[1].text) or _GENERIC.search(own[1].text)
    if model is None:
        return found
    text = _OWN_MODEL.sub(next(g for g in model.groups() if g), found[1].text)
    return found[0], replace(found[1], text=text)


def _inherited(
    project: Project, kind: str, name: str, depth: int
) -> tuple[Module, Function] | None:
    known = project.classes.get(kind)
    if known is None or depth > _DEEP:
        return None
    home, one = known
    own = next((f for f in home.functions if f.owner == kind and f.name == name), None)
    if own is not None:
        return home, own
    above = (re.split(r"[\[(]", b)[0].rpartition(".")[2] for b in one.bases)
    return next((f for b in above if (f := _inherited(project, b, name, depth + 1))), None)


def attribute_of(project: Project, kind: str, name: str) -> str:
    """Return the class of an attribute: as annotated, as made, or as given to `__init__`."""
    known = project.classes.get(kind)
    if known is None:
        return ""
    home = known[0]
    for one in home.assignments:
        inside = one.owner == kind or (
            one.function >= 0 and home.functions[one.function].owner == kind
        )
        if not inside or one.target not in {name, f"self.{name}"}:
            continue
        made = _NAMED.search(one.annotation.partition(", Depends")[0]) or _MADE.match(one.value)
        if made and made[1] != "Depends":
            return made[1]
        function = home.functions[one.function] if one.function >= 0 else None
        for given in function.parameters if function else ():
            named = _NAMED.search(given.annotation) if given.name == one.value else None
            if named:
                return named[1]
    return ""


class Services:
    """Tells which attributes of an injected service hold the caller."""

    def __init__(self, project: Project, guards: Guards) -> None:
        self._project, self._guards = project, guards

    def holds_caller(self, route: Route, parameter: Parameter) -> frozenset[str]:
        """Return the attributes in which an injected service keeps who calls."""
        named = _NAMED.search(parameter.annotation.partition(", Depends")[0])
        text = f"{parameter.annotation} {parameter.default}"
        if named is None or "Depends" not in text or named[1] not in self._project.classes:
            return frozenset()
        home, kind = self._project.classes[named[1]]
        init = next(
            (f for f in home.functions if f.owner == kind.name and f.name == "__init__"), None
        )
        given: list[str] = list(caller_names(self._guards, home, init)) if init else []
        for name in re.findall(r"Depends\(\s*([\w.]+)", text):
            made = self._project.function(route.module, name)
            if made is not None:
                given += self._handed(*made, kind, init)
        return frozenset(_kept(home, init, given))

    def _handed(
        self, module: Module, function: Function, kind: Class, init: Function | None
    ) -> list[str]:
        """Return the parameters of a class to which a factory gives the caller."""
        callers = caller_names(self._guards, module, function)
        found = []
        for call in module.calls_in(function):
            if call.last != kind.name:
                continue
            for index, argument in enumerate(call.arguments):
                if any(re.search(rf"(?<![\w.]){re.escape(c)}\b", argument.text) for c in callers):
                    found.append(argument.name or _position(kind, init, index))
        return found

    def method(self, parameter: Parameter, call: Call) -> tuple[Module, Function] | None:
        """Return the method that a route calls on an injected service."""
        named = _NAMED.search(parameter.annotation.partition(", Depends")[0])
        if named is None or call.name != f"{parameter.name}.{call.last}":
            return None
        return method_of(self._project, named[1], call.last)

    def uses(
        self, module: Module, function: Function, kept: frozenset[str], depth: int = 0
    ) -> bool:
        """Whether a method, or another that it calls on itself, looks at who calls."""
        if any(re.search(rf"(?<![\w.]){re.escape(k)}\b", function.text) for k in kept):
            return True
        if depth > _DEEP:
            return False
        for call in module.calls_in(function):
            inner = method_of(self._project, function.owner, call.last)
            is_other = call.name == f"self.{call.last}" and inner and inner[1] is not function
            if inner and is_other and self.uses(*inner, kept, depth + 1):
                return True
        return False


def _position(kind: Class, init: Function | None, index: int) -> str:
    """Return the name of a positional argument of a class, with or without `__init__`."""
    if init is not None:
        names = [p.name for p in init.parameters if p.name not in {"self", "cls"}]
    else:
        names = re.findall(r"^\s+(\w+)\s*:(?![^\n]*ClassVar)", kind.text, re.MULTILINE)
    return names[index] if index < len(names) else ""


def _kept(home: Module, init: Function | None, given: list[str]) -> list[str]:
    """Return the attributes that hold the given parameters of a class."""
    if init is None:
        return [f"self.{g}" for g in given if g]
    inside = (a for a in home.assignments if init.line <= a.line <= init.end_line)
    return [
        a.target
        for a in inside
        if a.target.startswith("self.")
        and any(g and re.search(rf"(?<![\w.]){re.escape(g)}\b", a.value) for g in given)
    ]
