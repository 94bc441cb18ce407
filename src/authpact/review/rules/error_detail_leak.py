import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Handler, Module
from authpact.review._rule import Case, Hit, Rule, at

_ANSWERS: Final = frozenset({"HTTPException", "JSONResponse", "json", "Response"})


def _mentions(text: str, alias: str) -> bool:
    return bool(alias) and bool(
        re.search(
            rf"str\(\s*{alias}\s*\)|\{{\s*(?:str\()?{alias}[\s)!}}]|^{alias}$|\b{alias}\.(?:message|stack|args|detail)\b|\brepr\({alias}\)",
            text,
        )
    )


def _in_handlers(module: Module) -> Iterator[Hit]:
    for handler in module.handlers:
        alias = (
            handler.alias or handler.caught
            if module.language == "python"
            else handler.alias.partition(":")[0].strip("() ")
        )
        if module.language == "python" and not handler.alias:
            continue
        for call in module.calls:
            if not (handler.line <= call.line <= handler.end_line) or call.last not in _ANSWERS:
                continue
            if call.name.startswith(("console", "logger")) or (
                handler.caught == "ValueError" and "401" not in call.text_of("status_code", 0)
            ):
                continue
            if any(_mentions(a.text, alias) for a in call.arguments):
                line = next(a.line for a in call.arguments if _mentions(a.text, alias))
                yield at(module, line, "The text of the exception is sent to the client.")
        yield from _in_results(module, handler, alias)


def _in_results(module: Module, handler: Handler, alias: str) -> Iterator[Hit]:
    if module.language != "python" or handler.function < 0:
        return
    pattern = re.compile(
        rf"^\s*(?:return\s+\{{.*|\w+\[[\"']\w+[\"']\]\s*=.*)(?:str\({alias}\)|\{{{alias}\}})"
    )
    for number in range(handler.line, min(handler.end_line, len(module.lines)) + 1):
        if (
            pattern.search(module.lines[number - 1])
            and module.functions[handler.function].decorators
        ):
            yield at(module, number, "The text of the exception is part of the answer.")


def _elsewhere(module: Module) -> Iterator[Hit]:
    for call in module.called("HTTPException"):
        argument = call.get("detail", 1)
        detail = argument.text if argument else ""
        if re.search(r"\{(?:response|resp|res|r)\.text\b", detail) or re.search(
            r"\{\w*user_id\w*\}.*\{\w*user_id\w*\}", detail
        ):
            yield at(
                module,
                argument.line if argument else call.line,
                "Internal values are sent to the client.",
            )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers that carry internal error texts."""
    for module in (*facts.python, *facts.handlers):
        yield from _in_handlers(module)
        if module.language == "python":
            yield from _elsewhere(module)


RULE = Rule(
    requirement="error:no-leak",
    category="error-detail-leak",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Exception text reaches the client.",
    why="It tells an attacker which library, table or host failed, and how.",
    remedy="Log the exception and answer with a fixed sentence and a stable code.",
    check=check,
    flagged=(
        Case(
            {
                "api.py": """\
from fastapi import HTTPException

def read():
    try:
        work()
    except Exception as e:
        raise HTTPException(500, detail=f"failed: {str(e)}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api.py": """\
from fastapi import HTTPException

def read():
    try:
        work()
    except Exception as e:
        log.exception(e)
        raise HTTPException(500, detail="failed")
"""
            }
        ),
    ),
)
