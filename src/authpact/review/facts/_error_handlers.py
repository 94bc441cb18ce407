"""Functions that an application answers errors with, and whether they keep the error's headers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_KEEPS: Final = lazy(r"\bheaders\s*=|[\"']headers[\"']|\bhttp_exception_handler\(|\braise\b")
_SHARED: Final = frozenset({"services", "apps", "packages", "microservices"})


@dataclass(frozen=True, slots=True)
class ErrorHandler:
    """One function that answers for an exception."""

    module: Module
    function: Function
    caught: str
    """Name of the exception, without its module."""

    @property
    def drops_headers(self) -> bool:
        """Whether the new answer leaves without the headers of the error."""
        body = self.function.text.partition(":")[2]
        error = self.function.parameters[-1].name if self.function.parameters else "exc"
        return not _KEEPS.search(body) and not re.search(rf"\b{error}\.headers\b", body)


def error_handlers(project: Project) -> Iterator[ErrorHandler]:
    """Yield the functions that answer for exceptions, however they are registered."""
    for module in project.python:
        for function in module.functions:
            for decorator in function.decorators:
                if decorator.last == "exception_handler":
                    caught = decorator.text_of("exc_class_or_status_code", 0)
                    yield ErrorHandler(module, function, caught.rpartition(".")[2])
        for call in module.called("add_exception_handler"):
            found = project.function(module, call.text_of("handler", 1))
            if found:
                caught = call.text_of("exc_class_or_status_code", 0)
                yield ErrorHandler(*found, caught.rpartition(".")[2])


def service_of(module: Module) -> str:
    """Return the folder of a service: the first of its path, the second where many stand in one."""
    parts = module.path.split("/")[:-1]
    return "/".join(parts[: 2 if parts and parts[0] in _SHARED else 1])
