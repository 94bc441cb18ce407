import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import mentions
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Handler, Module
from authpact.review.source._pattern import lazy

_BROAD: Final = lazy(
    r"^\(?(?:|.*\b(?:Base)?Exception\b.*|.*\b\w*(?:API|HTTP|Request|OpenAI)\w*Error\b.*)\)?$"
)
_RETURNS: Final = lazy(r"^[ \t]*return\s+(?P<what>[fF]?[\"'(]|\{|str\()", re.MULTILINE)
_SAID: Final = lazy(
    r"[\"'](?:response|message|answer|reply|content|text|output|ai_\w+|assistant\w*)[\"']\s*:\s*[^\n]*"
)
_KEPT: Final = lazy(
    r"^[ \t]*(?P<name>\w*(?:response|message|answer|reply|content|text|output)\w*)\s*=\s*(?P<value>[^\n=][^\n]*)",
    re.MULTILINE,
)
_REASON: Final = lazy(
    r"^[ \t]*\w+\.(?P<field>(?:failure|error)_?(?:reason|message|detail|text)?)\s*=\s*(?P<value>[^\n]+)",
    re.MULTILINE,
)
_TOOLS: Final = lazy(r"(^|/)\w*(?:mcp|tools?)\w*(?:/|\.py$)")
"""What a tool returns is read by a model first."""
_ROUTES: Final = frozenset(["get", "post", "put", "patch", "delete", "api_route", "websocket"])


def _line(handler: Handler, offset: int) -> int:
    return handler.line + handler.text.count("\n", 0, offset)


def _returned(handler: Handler) -> Iterator[int]:
    """Yield the lines of sentences with the text of the exception that a handler returns."""
    for found in _RETURNS.finditer(handler.text):
        end = handler.text.find("\n", found.end())
        first = handler.text[found.start("what") : end if end >= 0 else None]
        if found["what"] != "{":
            if mentions(first, handler.alias):
                yield _line(handler, found.start("what"))
            continue
        for said in _SAID.finditer(handler.text, found.end()):
            if mentions(said[0].partition(":")[2].strip(" ,}"), handler.alias):
                yield _line(handler, said.start())
                break


def _kept(handler: Handler, function: Function) -> Iterator[int]:
    """Yield the lines of sentences that are kept under a name, which the function returns."""
    for found in _KEPT.finditer(handler.text):
        returned = re.search(
            rf"\breturn\b[^\n]*(?<![\w.\"']){found['name']}\b(?![\"'])", function.text
        )
        if returned and mentions(found["value"], handler.alias):
            yield _line(handler, found.start("name"))


def _stored(handler: Handler, module: Module) -> Iterator[int]:
    """Yield the lines of texts stored in a field that the same file puts into an answer."""
    for found in _REASON.finditer(handler.text):
        told = rf"(?:\b\w+\s*=|[\"']\w+[\"']\s*:)\s*\w+\.{found['field']}\b"
        if mentions(found["value"].strip(), handler.alias) and re.search(told, module.code):
            yield _line(handler, found.start("field"))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield functions behind routes that answer with the text of whatever went wrong."""
    own = facts.own_errors
    for module in (m for m in facts.python if not _TOOLS.search(m.path)):
        for handler in module.handlers:
            function = module.functions[handler.function] if handler.function >= 0 else None
            if function is None or not handler.alias or not _BROAD.match(handler.caught):
                continue
            if any(d.last in _ROUTES for d in function.decorators) or own.is_own(handler):
                continue
            if facts.is_reached(module, function):
                found = [*_returned(handler), *_kept(handler, function), *_stored(handler, module)]
                for line in found[:1]:
                    yield at(module, line, "The text of the exception becomes the answer.")


_ROUTE: Final = """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/chat")
async def chat(data: Message, user=Depends(get_current_user)):
    return {"reply": await ask(data.text)}

"""

RULE = Rule(
    requirement="error:no-leak",
    category="error-detail-leak",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A function behind a route answers with the text of the exception.",
    why="Clients of models, databases and HTTP name hosts, keys and tables in their errors; status 200 hides that.",
    remedy="Log the exception and answer with a fixed sentence.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": _ROUTE
                + """\
async def ask(text):
    try:
        return await model(text)
    except Exception as e:
        return f"Sorry, that failed: {str(e)}"
"""
            }
        ),
        Case(
            {
                "main.py": _ROUTE
                + """\
async def ask(text):
    try:
        return await model(text)
    except Exception as e:
        logger.error(e)
        return {
            "response": f"Sorry, that failed: {e}",
            "calls": [],
        }
"""
            }
        ),
        Case(
            {
                "main.py": _ROUTE
                + """\
async def ask(text):
    try:
        content = await model(text)
    except Exception as e:
        content = f"The model failed. Error: {str(e)[:100]}"
    return {"content": content}
"""
            }
        ),
        Case(
            {
                "main.py": _ROUTE
                + """\
async def ask(text):
    job = Job()
    try:
        await model(text)
    except Exception as exc:
        job.failure_reason = str(exc)
    return Summary(failureReason=job.failure_reason)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": _ROUTE
                + """\
async def ask(text):
    try:
        return await model(text)
    except Exception as e:
        logger.error(f"model failed: {e}")
        return "Sorry, that failed."
"""
            }
        ),
        Case(
            {
                "main.py": _ROUTE
                + """\
async def ask(text):
    try:
        return await model(text)
    except TooLong as e:
        return f"Please shorten it: {e}"
"""
            }
        ),
        Case(
            {
                "main.py": _ROUTE
                + """\
async def ask(text):
    return await model(text)

def job(text):
    try:
        return run(text)
    except Exception as e:
        return f"failed: {e}"
"""
            }
        ),
    ),
)
