"""CORS set-up of FastAPI applications."""

from collections.abc import Iterator
from dataclasses import dataclass

from authpact.review._model import Argument, Call, Module
from authpact.review._project import Project
from authpact.review._text import literal
from authpact.review._values import Evaluator, Value


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
        for call in module.called("add_middleware", "CORSMiddleware"):
            if call.last == "add_middleware" and "CORSMiddleware" not in (
                call.text_of("middleware_class", 0)
            ):
                continue
            origins = call.text_of("allow_origins")
            yield Cors(
                module,
                call,
                evaluator.value(module, origins, call.line),
                origins,
                literal(call.text_of("allow_origin_regex")) or "",
                call.text_of("allow_credentials") == "True",
            )
