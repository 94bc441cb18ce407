"""What handlers of exceptions send to the client."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.source._model import Call, Handler, Module

_ANSWERS: Final = frozenset(
    [
        *("HTTPException", "JSONResponse", "json", "Response", "RedirectResponse", "HTMLResponse"),
        *("PlainTextResponse", "ORJSONResponse", "UJSONResponse", "NextResponse", "redirect"),
    ]
)


def mentions(text: str, alias: str) -> bool:
    """Whether an expression carries the text of the exception of this name."""
    return bool(alias) and bool(
        re.search(
            rf"\bstr\(\s*{alias}\s*\)|\{{\s*(?:str\()?{alias}[\s)!}}]|^{alias}$|\b{alias}\??\.(?:message|stack|args|detail|description|reason|orig)\b|\brepr\({alias}\)|\bString\({alias}\)|format_exc\(\)|[\"']\s*%\s*\(?\s*{alias}\s*\)?$|\.format\(\s*{alias}\s*\)|[\"']\s*\+\s*str\({alias}",
            text,
        )
    )


def answers_of(modules: tuple[Module, ...]) -> frozenset[str]:
    """Return the names of calls that answer: those of the frameworks and the tree's own errors."""
    names = set(_ANSWERS)
    for module in modules:
        for one in module.classes:
            if any(b.endswith("HTTPException") for b in one.bases):
                names.add(one.name)
    return frozenset(names)


def alias_of(module: Module, handler: Handler) -> str:
    """Return the name of the exception inside of a handler, empty for none."""
    if module.language == "python":
        return handler.alias
    return handler.alias.partition(":")[0].strip("() ")


def answers_in(module: Module, handler: Handler, answers: frozenset[str]) -> Iterator[Call]:
    """Yield the answering calls inside of a handler."""
    for call in module.calls:
        inside = handler.line <= call.line <= handler.end_line
        if inside and call.last in answers and not call.name.startswith(("console", "logger")):
            yield call


def is_own_error(handler: Handler) -> bool:
    """Whether a handler catches what the application raises about its input."""
    return handler.caught.rpartition(".")[2] == "ValueError"


def covers(module: Module, handler: Handler, line: int) -> bool:
    """Whether the `try` of a Python handler stands around a line."""
    if handler.line <= line:
        return False
    head = module.lines[handler.line - 1]
    opening = head[: len(head) - len(head.lstrip())] + "try:"
    start = next(
        (n for n in range(handler.line - 1, 0, -1) if module.lines[n - 1].rstrip() == opening), 0
    )
    return 0 < start < line


def handlers_around(module: Module, line: int) -> list[Handler]:
    """Return the handlers that an error of a line of Python meets in its own function."""
    return [h for h in module.handlers if covers(module, h, line)]
