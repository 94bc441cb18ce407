"""Answers of exception handlers that hold the text of an exception."""

from collections.abc import Iterator
from typing import Final

from authpact.review.facts._answers import alias_of, answers_in, is_own_error, mentions
from authpact.review.facts._own_errors import OwnErrors
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_INPUT: Final = lazy(r"Validation|NotFound|Invalid\w*(?:Input|Data|Field)|Duplicate|Exists")
_REFUSED: Final = lazy(r"\b4\d\d|_4\d\d_")


def _is_about_input(project: Project, caught: str) -> bool:
    """Whether an error is a class of the tree that says what is wrong with the input."""
    last = caught.strip("() ").rpartition(".")[2]
    return last in project.classes and bool(_INPUT.search(last))


def told(
    project: Project, module: Module, answers: frozenset[str], own: OwnErrors
) -> Iterator[int]:
    """Yield the lines on which a module answers with the text of an exception it caught."""
    for handler in module.handlers:
        alias = alias_of(module, handler)
        if not alias or own.is_own(handler):
            continue
        about_input = is_own_error(handler) or _is_about_input(project, handler.caught)
        for call in answers_in(module, handler, answers):
            status = call.text_of("status_code", 0)
            if about_input and "401" not in status:
                continue
            found = next((a for a in call.arguments if mentions(a.text, alias)), None)
            if found and not (_REFUSED.search(status) and own.is_thrown(module, handler)):
                yield found.line
