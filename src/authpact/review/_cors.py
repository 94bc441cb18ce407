"""CORS set-up of FastAPI applications."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review._model import Argument, Call, Module
from authpact.review._project import Project
from authpact.review._text import literal
from authpact.review._values import Evaluator, Value

_CUT: Final = re.compile(
    r"((?:os\.)?(?:getenv|environ\.get)\([^()]*\)|[\w.]+)\.split\(\s*[\"'][,; ][\"']\s*\)"
)


@dataclass(frozen=True, slots=True)
class Cors:
    """One `add_middleware(CORSMiddleware, …)`."""

    module: Module
    call: Call
    origins: Value
    origins_text: str
    pattern: str
    credentials: bool

    @property
    def origins_line(self) -> int:
        """Line of the origins, of the call when there are none."""
        found: Argument | None = self.call.get("allow_origins")
        return found.line if found else self.call.line

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
    for module in project.python:
        for call in module.called("add_middleware", "CORSMiddleware", "Middleware"):
            if call.last != "CORSMiddleware" and "CORSMiddleware" not in (
                call.text_of("middleware_class", 0) or call.text_of("cls", 0)
            ):
                continue
            origins = call.text_of("allow_origins")
            yield Cors(
                module,
                call,
                _value(evaluator, module, origins, call.line),
                origins,
                literal(call.text_of("allow_origin_regex")) or "",
                call.text_of("allow_credentials") == "True",
            )


def _value(evaluator: Evaluator, module: Module, text: str, line: int) -> Value:
    """Return what the origins may be; a list may be cut from one text, here or behind a name."""
    found = evaluator.value(module, text, line)
    variable = module.variables.get(text)
    cut = _CUT.search(variable.value if variable else text)
    if found.literals or not cut:
        return found
    return evaluator.value(module, cut[1], variable.line if variable else line)
