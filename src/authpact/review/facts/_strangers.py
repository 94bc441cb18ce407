"""Routes on which any caller reaches the row of somebody else."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from authpact.review.facts._guards import Guards
from authpact.review.facts._loads import Load, Loads
from authpact.review.facts._logs import LOGGED
from authpact.review.facts._queries import OWNER
from authpact.review.facts._routes import Application, Route
from authpact.review.facts._services import Services
from authpact.review.source._model import Call, Function, Module, Parameter
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_PLAIN: Final = lazy(
    r"^(?:Optional\[|Annotated\[)?\s*(?:str|int|(?:uuid\.)?UUID\d?|(?:Pydantic)?ObjectId)\b"
)
_BODY: Final = lazy(r"^(?:Annotated\[\s*)?(?:\w+\.)?([A-Z]\w+)")
_NOT_BODY: Final = lazy(
    r"^(?:Request|Response|Async\w*Session|Session|UploadFile|BackgroundTasks|WebSocket)$|Depends"
)
_WRITES: Final = lazy(
    r"^(?:create|process|upload|save|store|record|log|audit|add|insert|track|notify|publish|emit|send"
    r"|enqueue|schedule|delay|apply_async|info|debug|warning|error|exception|print|capture|write)(?:_|$)"
)
_JUDGES: Final = lazy(
    r"verif|check|ensure|assert|authori[sz]|permi|access|owner|(?:^|_)can_|requir|guard|allow|belong",
    re.IGNORECASE,
)
_PRIVILEGED: Final = lazy(
    r"admin|role|permi|superuser|staff|scope|internal|service_|api_?key|owner|access|member|require_",
    re.IGNORECASE,
)
_SHARED: Final = lazy(
    r"\.(?:is_)?(?:public|published|shared|visibility|is_private)\b", re.IGNORECASE
)


class Strangers:
    """Judges the routes of a tree, each once."""

    def __init__(self, project: Project, application: Application, loads: Loads) -> None:
        self._project, self._application, self.loads = project, application, loads
        self._guards: Guards = application
        self._services = Services(project, application)

    def reached_by(self, route: Route) -> Load | None:
        """Return the first row that a signed-in caller reaches on a route, whoever owns it."""
        if not (route.reachable and route.protected) or self._is_privileged(route):
            return None
        for source in self._sources(route):
            if any(self._asks(route, p, source) for p in route.function.parameters):
                continue
            load = next(self.loads.by(route.module, route.function, source), None)
            if load is None:
                continue
            names = self.loads.names_of(route.module, route.function, source)
            if not self._is_judged(route, names, load):
                return replace(load, place=self._told(route, load))
        return None

    def _served(self, route: Route) -> list[tuple[Parameter, frozenset[str]]]:
        """Return the injected services that know who calls, and where they keep it."""
        held = ((p, self._services.holds_caller(route, p)) for p in route.function.parameters)
        return [(p, kept) for p, kept in held if kept]

    def _told(self, route: Route, load: Load) -> tuple[Module, Function] | None:
        """Return the method that loads the row, of a service that knows who calls."""
        for parameter, _ in self._served(route):
            for call in route.module.calls_in(route.function):
                if call.line == load.line:
                    return self._services.method(parameter, call)
        return None

    def _serves_owner(self, route: Route, parameter: Parameter, kept: frozenset[str]) -> bool:
        """Whether a method that a route calls on a service looks at who calls."""
        for call in route.module.calls_in(route.function):
            found = self._services.method(parameter, call)
            if found is not None and self._services.uses(*found, kept):
                return True
        return False

    def _caller(self, route: Route) -> str:
        """Return the parameter that is the caller, and not a service that knows them."""
        served = {p.name for p, _ in self._served(route)}
        return "" if route.principal in served else route.principal

    def _is_privileged(self, route: Route) -> bool:
        texts = [f"{p.annotation} {p.default}" for p in route.function.parameters]
        texts += [a.text for a in route.decorator.arguments if a.name == "dependencies"]
        router = self._application.routers.get(
            (route.module.path, route.decorator.name.rpartition(".")[0])
        )
        texts += [router.dependencies] if router else []
        texts += [
            i.dependencies for i in self._application.includes if i.child[0] == route.module.path
        ]
        return any(_PRIVILEGED.search(t) for t in texts if "Depends" in t or "Security" in t)

    def _sources(self, route: Route) -> Iterator[str]:
        """Yield the ids that the caller chooses: parameters, and members of the body."""
        for one in route.function.parameters:
            if "Depends" in one.default or one.name == route.principal:
                continue
            kind = _BODY.match(one.annotation)
            if _PLAIN.match(one.annotation):
                yield one.name
            elif kind and kind[1] in self._project.classes and not _NOT_BODY.search(one.annotation):
                members = re.findall(rf"\b{one.name}\.\w*id\b", route.function.text)
                yield from dict.fromkeys(members)

    def _asks(self, route: Route, parameter: Parameter, source: str) -> bool:
        """Whether a dependency gets the id, or a service that knows who calls."""
        text = f"{parameter.annotation} {parameter.default}"
        kept = self._services.holds_caller(route, parameter)
        if kept:
            return self._serves_owner(route, parameter, kept)
        if parameter.name == route.principal or "Depends" not in text:
            return False
        if self._guards.guards(route.module, text):
            return True
        for name in re.findall(r"Depends\(\s*([\w.]+)", text):
            found = self._project.function(route.module, name)
            if found and (
                any(p.name == source for p in found[1].parameters) or "path_params" in found[1].text
            ):
                return True
        return False

    def _is_judged(self, route: Route, names: list[str], load: Load) -> bool:
        """Whether the handler, or something it gives the row to, looks at the owner."""
        function, module = route.function, route.module
        calls = [c for c in module.calls_in(function) if c.line >= function.body_line]
        rows = [
            a.target for a in module.assignments
            if a.line == load.line and re.fullmatch(r"\w+", a.target)
        ]  # fmt: skip
        given = [*names, *rows]
        theirs = re.compile(
            rf"(?<![!=]=\s)\b(?:{'|'.join(rows) or '(?!)'})\.{OWNER}\b"
            r"(?!\s*(?:[!=]=|(?:not\s+)?in\b))"
        )
        for call in calls:
            told = any(
                re.search(rf"(?<![\w.]){re.escape(n)}\b", theirs.sub("", a.text))
                for n in given
                for a in call.arguments
            )
            if told and self._judges(route, call):
                return True
        rest = theirs.sub("", self._without_writes(route, calls))
        rest = _without_path_check(rest, [p.name for p in function.parameters], given)
        caller = self._caller(route)
        if caller and re.search(rf"(?<![\w.]){re.escape(caller)}\b", rest):
            return True
        return bool(self.loads.speaks_of_owner(rest) or _SHARED.search(rest))

    def _judges(self, route: Route, call: Call) -> bool:
        found = self._project.callee(route.module, call)
        if found is None:
            return bool(_JUDGES.search(call.last))
        body = LOGGED.sub("", found[1].text)
        if _WRITES.match(call.last):
            return bool(
                re.search(r"(?:!=|==)\s*\w*(?:user|owner)|(?:user_id|owner\w*)\s*(?:!=|==)", body)
            )
        return self.loads.speaks_of_owner(body)

    def _without_writes(self, route: Route, calls: list[Call]) -> str:
        """Return the body without what only writes down who called."""
        code = bytearray(route.module.code.encode())
        for call in calls:
            kind = self._project.classes.get(call.last)
            row = kind is not None and re.search(r"^\s+\w+\s*:", kind[1].text, re.MULTILINE)
            if _WRITES.match(call.last) or (row and all(a.name for a in call.arguments)):
                code[call.start : call.end] = b" " * (call.end - call.start)
        text = code[route.function.start : route.function.end].decode(errors="ignore")
        body = "\n".join(text.split("\n")[route.function.body_line - route.function.line :])
        body = _refusing(LOGGED.sub("", body))
        return re.sub(r"^[ \t]*\w+\.\w+\s*=(?!=)[^\n]*", "", body, flags=re.MULTILINE)


_REFUSAL: Final = lazy(r"^[ \t]*if\b([^\n]*(?:!=|==)[^\n]*):[ \t]*\n[ \t]+raise\b", re.MULTILINE)


def _without_path_check(body: str, parameters: list[str], given: list[str]) -> str:
    """Return a body without the tests of a name in the path that the row has nothing to do with."""

    def blanked(found: re.Match[str]) -> str:
        compared = set(re.findall(r"(?<![\w.\"'])[A-Za-z_]\w*", found[1]))
        is_of_path = len(compared & set(parameters)) > 1 and not compared & set(given)
        return "" if is_of_path else found[0]

    return _REFUSAL.sub(blanked, body)


def _refusing(body: str) -> str:
    """Return a body without the conditions under which nothing happens once log lines are gone."""
    lines = body.split("\n")
    kept = []
    for index, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        after = next((x for x in lines[index + 1 :] if x.strip()), "")
        is_idle = len(after) - len(after.lstrip()) <= depth
        if re.match(r"\s*(?:el)?if\b.*:\s*$", line) and is_idle:
            continue
        kept.append(line)
    return "\n".join(kept)
