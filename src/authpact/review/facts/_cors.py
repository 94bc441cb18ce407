"""CORS set-up of FastAPI applications."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.source._dictionaries import Dictionaries
from authpact.review.source._model import Argument, Call, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._values import Evaluator, Value

_CUT: Final = lazy(
    r"((?:os\.)?(?:getenv|environ\.get)\([^()]*\)|[\w.]+)\.split\(\s*[\"'][,; ][\"']\s*\)"
)
_NAME: Final = lazy(r"^[A-Za-z_][\w.]*$")
_HOPS: Final = 4


@dataclass(frozen=True, slots=True)
class Cors:
    """One `add_middleware(CORSMiddleware, …)`."""

    module: Module
    call: Call
    origins: Value
    origins_text: str
    pattern: str
    credentials: bool
    pattern_place: tuple[str, int] = ("", 0)
    """File and line of the pattern, where it is a text of the tree."""

    @property
    def origins_line(self) -> int:
        """Line of the origins, of the call when there are none."""
        found: Argument | None = self.call.get("allow_origins")
        if found is None or "allow_origins" in self.module.lines[found.line - 1]:
            return found.line if found else self.call.line
        # A dictionary that was spread into the call may hold them.
        told = [n for n, t in enumerate(self.module.lines, 1) if "allow_origins" in t]
        return told[0] if len(told) == 1 else found.line

    def line_of(self, text: str) -> int:
        """Return the line of a text inside the call, or that of the call."""
        for number in range(self.call.line, self.call.end_line + 1):
            if text in self.module.lines[number - 1]:
                return number
        return (
            self.origins.place[1] if self.origins.place[0] == self.module.path else self.call.line
        )


def cors_of(project: Project, evaluator: Evaluator) -> Iterator[Cors]:
    """Yield every CORS set-up of a project."""
    dictionaries = Dictionaries(project)
    for module in project.python:
        if "CORSMiddleware" not in module.code:
            continue
        known = {i.alias for i in module.imports if i.name == "CORSMiddleware"} | {"CORSMiddleware"}
        for written in module.called("add_middleware", "Middleware", *known):
            given = written.text_of("middleware_class", 0) or written.text_of("cls", 0)
            if written.last not in known and given.rpartition(".")[2] not in known:
                continue
            call = dictionaries.expanded(module, written)
            origins, pattern = call.get("allow_origins"), call.get("allow_origin_regex")
            found = _pattern(evaluator, module, pattern)
            yield Cors(
                module,
                call,
                _value(project, evaluator, module, origins.text if origins else "", call.line),
                origins.text if origins else "",
                found.literals[-1] if found.literals else "",
                _is_true(project, module, call.text_of("allow_credentials")),
                found.place,
            )


def _pattern(evaluator: Evaluator, module: Module, given: Argument | None) -> Value:
    """Return the pattern of an argument, which may stand behind a name."""
    if given is None or given.text in {"", "None"}:
        return Value()
    found = evaluator.value(module, given.text, given.line)
    # A set of patterns is no pattern.
    return found if len(found.literals) == 1 else Value()


def _is_true(project: Project, module: Module, text: str) -> bool:
    """Whether a switch is on: as written, by a constant, or by the default of a settings field."""
    for _ in range(_HOPS):
        if text in {"", "True", "False"}:
            return text == "True"
        found = project.symbol(module, text) if _NAME.match(text) else None
        variable = found.module.variables.get(found.name) if found else None
        if found and variable:
            module, text = found.module, variable.value
            continue
        fields = project.fields.get(text.rpartition(".")[2].lower(), []) if "." in text else []
        if not _NAME.match(text) or len(fields) != 1:
            return False
        module, text = fields[0][0], fields[0][1].value
        default = re.match(r"Field\((?:default=)?(True|False)\b", text)
        text = default[1] if default else text
    return False


def _value(project: Project, evaluator: Evaluator, module: Module, text: str, line: int) -> Value:
    """Return what the origins may be; a list may be cut from one text, here or behind a name."""
    found = evaluator.value(module, text, line)
    variable = module.variables.get(text)
    cut = _CUT.search(variable.value if variable else text)
    if found.literals:
        return found
    if cut:
        return evaluator.value(module, cut[1], variable.line if variable else line)
    return _of_property(project, evaluator, text) or found


def _of_property(project: Project, evaluator: Evaluator, text: str) -> Value | None:
    """Return the text from which a property of the settings cuts a list."""
    owner, _, name = text.rpartition(".")
    rows = project.methods.get(name, []) if owner else []
    cut = _CUT.search(rows[0][1].text) if len(rows) == 1 else None
    if cut is None or not cut[1].startswith("self."):
        return None
    home, function = rows[0]
    return evaluator.value(home, cut[1].replace("self.", "settings.", 1), function.line)
