import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import answers_of, mentions
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_FOREIGN: Final = lazy(
    r"(?:^|\.)(?:Base)?Exception$|(?:^|\.)(?:Value|Type|Key|Runtime|OS|Attribute|Connection)Error$"
    r"|(?:SQLAlchemy|Integrity|Operational|Programming|DBAPI|Database|HTTP|Request)Error$"
)
"""Errors that libraries raise as well: nobody knows what their text says."""


_DEBUG: Final = lazy(r"debug|is_dev|development", re.IGNORECASE)


def _registered(facts: Facts) -> Iterator[tuple[Module, Function, str]]:
    """Yield the handlers of an application with the error that each one answers."""
    for module in facts.python:
        for function in module.functions:
            for decorator in function.decorators:
                if decorator.last == "exception_handler" and decorator.arguments:
                    yield module, function, decorator.arguments[0].text
        for call in module.called("add_exception_handler"):
            found = facts.project.function(module, call.text_of("handler", 1))
            if found is not None:
                yield *found, call.text_of("exc_class_or_status_code", 0)


def _told(facts: Facts, caught: str, text: str, alias: str) -> str:
    if caught.endswith("RequestValidationError"):
        body = rf"[\"']\w+[\"']\s*:\s*{re.escape(alias)}\.body\b"
        return (
            "What was sent, passwords included, is part of the answer."
            if re.search(body, text)
            else ""
        )
    known = caught.rpartition(".")[2] in facts.project.classes
    if known or _DEBUG.search(text) or not _FOREIGN.search(caught) or not mentions(text, alias):
        return ""
    return "The text of the exception is sent to the client."


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers of an application that answer with what an error says."""
    answers = answers_of(facts.python)
    seen: set[tuple[str, int]] = set()
    for module, function, caught in _registered(facts):
        alias = function.parameters[1].name if len(function.parameters) > 1 else ""
        for call in module.calls_in(function) if alias else ():
            if call.last not in answers or (module.path, call.line) in seen:
                continue
            text = " ".join(a.text for a in call.arguments)
            told = _told(facts, caught, text, alias)
            if told:
                seen.add((module.path, call.line))
                yield at(module, call, told)


RULE = Rule(
    requirement="error:no-leak",
    category="error-detail-leak",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A handler of the application answers with what an error says.",
    why="Errors of libraries name tables and hosts, and a refused form goes back with its password.",
    remedy="Log the error and answer with a fixed sentence; of a validation send `errors()` alone.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
@app.exception_handler(ValueError)
async def refused(request, exc):
    return JSONResponse(status_code=400, content={"error": {"message": str(exc)}})
"""
            }
        ),
        Case(
            {
                "errors.py": """\
async def refused(request, exc):
    return JSONResponse(status_code=422, content={"detail": exc.errors(), "body": exc.body})
""",
                "main.py": """\
from errors import refused
app.add_exception_handler(RequestValidationError, refused)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
class NotesError(Exception):
    pass

@app.exception_handler(NotesError)
async def refused(request, exc):
    return JSONResponse(status_code=400, content={"message": str(exc)})

@app.exception_handler(Exception)
async def failed(request, exc):
    log.error(str(exc))
    return JSONResponse(status_code=500, content={"message": "failed"})

@app.exception_handler(ValueError)
async def shown(request, exc):
    return JSONResponse(status_code=400, content={"message": str(exc) if DEBUG else "failed"})

@app.exception_handler(RequestValidationError)
async def invalid(request, exc):
    return JSONResponse(status_code=422, content={"detail": exc.errors()})
"""
            }
        ),
    ),
)
