import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import alias_of, answers_in, answers_of, is_own_error, mentions
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Handler, Module
from authpact.review.source._pattern import lazy

_ROUTES: Final = frozenset(
    ["get", "post", "put", "patch", "delete", "api_route", "websocket", "exception_handler"]
)
_SENDS: Final = lazy(r"\b(?:return|yield)\b|\.send_(?:json|text)\(")


def _is_route(module: Module, handler: Handler) -> bool:
    if handler.function < 0:
        return False
    function = module.functions[handler.function]
    return any(d.last in _ROUTES for d in function.decorators)


def _statements(module: Module, first: int, last: int) -> Iterator[tuple[int, str]]:
    """Yield statements that send something, with their first line; brackets hold them together."""
    number = first
    while number <= min(last, len(module.lines)):
        text, start = module.lines[number - 1], number
        if _SENDS.search(text):
            while number < last and sum(text.count(c) for c in "([{") > sum(
                text.count(c) for c in ")]}"
            ):
                number += 1
                text += "\n" + module.lines[number - 1]
            yield start, text
        number += 1


def _in_results(
    module: Module, handler: Handler, alias: str, answers: frozenset[str]
) -> Iterator[Hit]:
    """Yield results of routes, and events of streams, that carry the text."""
    if module.language != "python":
        return
    calls = list(answers_in(module, handler, answers))
    is_route = _is_route(module, handler)
    keyed = re.compile(rf"^\s*\w+\[[\"']\w+[\"']\]\s*=.*(?:str\({alias}\)|\{{{alias}\}})")
    for number in range(handler.line, min(handler.end_line, len(module.lines)) + 1):
        if is_route and keyed.search(module.lines[number - 1]):
            yield at(module, number, "The text of the exception is part of the answer.")
    for number, text in _statements(module, handler.line, handler.end_line):
        if (is_route or "return" not in text) and mentions(text, alias):
            lines = enumerate(text.split("\n"), number)
            line = next((n for n, t in lines if mentions(t, alias)), number)
            if not any(c.line <= line <= c.end_line for c in calls):
                yield at(module, line, "The text of the exception is part of the answer.")


def _behind_names(
    module: Module, handler: Handler, alias: str, answers: frozenset[str]
) -> Iterator[Hit]:
    """Yield texts of the exception that are kept under a name, which is sent afterwards."""
    is_route = module.language == "script" or _is_route(module, handler)
    function = module.functions[handler.function] if handler.function >= 0 else None
    last = function.end_line if function else handler.end_line
    for one in module.assignments:
        inside = handler.line <= one.line <= handler.end_line
        named = re.fullmatch(r"(\w+)(?:\.\w+|\[[\"']\w+[\"']\])*", one.target)
        if named and named[1] != one.target and module.language == "python":
            continue
        plain = inside and named and mentions(one.value, alias)
        if not plain:
            continue
        root = named[1] if named else one.target
        used = re.compile(rf"(?<![\w.\"']){root}\b(?!\s*=[^=]|[\"'])")
        later = [c for c in answers_in(module, handler, answers) if c.line >= one.line]
        sent = any(used.search(a.text) for c in later for a in c.arguments) or any(
            used.search(text)
            for _, text in _statements(module, one.line + 1, last)
            if is_route or "return" not in text
        )
        if sent:
            yield at(module, one.line, "The text of the exception is sent to the client.")


_TRACE: Final = lazy(r"\btraceback\.format_exc\(|\bformat_exception\(|\b\w+\.exc_info\b")


def _traces(facts: Facts) -> Iterator[Hit]:
    """Yield traces of the stack that a function used by a route returns."""
    for module in facts.python:
        if not _TRACE.search(module.code):
            continue
        for function in module.functions:
            if not _TRACE.search(function.text) or not facts.is_reached(module, function):
                continue
            last = min(function.end_line, len(module.lines))
            kept = {
                a.target
                for a in module.assignments
                if function.line <= a.line <= last and _TRACE.search(a.value)
            }
            for number, text in _statements(module, function.line, last):
                named = any(re.search(rf"\b{re.escape(n)}\b", text) for n in kept)
                if named or _TRACE.search(text):
                    yield at(module, number, "The trace of an exception is part of the answer.")
                    break


def check(facts: Facts) -> Iterator[Hit]:
    """Yield texts of exceptions that leave as a result, an event, or behind a name."""
    answers, own = answers_of(facts.python), facts.own_errors
    for module in (*facts.python, *facts.handlers):
        for handler in module.handlers:
            alias = alias_of(module, handler)
            if alias and not is_own_error(handler) and not own.is_own(handler):
                yield from _in_results(module, handler, alias, answers)
                yield from _behind_names(module, handler, alias, answers)
    yield from _traces(facts)


RULE = Rule(
    requirement="error:no-leak",
    category="error-detail-leak",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Exception text is part of a result.",
    why="It tells an attacker which library, table or host failed, with status 200 as well.",
    remedy="Log the exception and put a fixed sentence into the result.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/state/route.ts": """\
export async function GET() {
  const found = { database: { error: "" } };
  try { await auth(); } catch (error) {
    found.database.error = error.message;
  }
  return NextResponse.json(found);
}
"""
            }
        ),
        Case(
            {
                "jobs.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/jobs/{job_id}")
def job(job_id: str, user=Depends(get_current_user)):
    return state_of(job_id)

def state_of(job_id):
    found = fetch(job_id)
    error = str(found.exc_info) if found.failed else None
    return {"state": found.state, "error": error}
"""
            }
        ),
        Case(
            {
                "health.py": """\
@router.get("/health")
async def health():
    try:
        await ping()
        state = "up"
    except Exception as e:
        state = f"down: {e}"
    return {"database": state}
"""
            }
        ),
        Case(
            {
                "health.py": """\
@router.get("/health")
async def health():
    try:
        return Health(state="up")
    except Exception as e:
        return Health(
            state="down",
            error=str(e),
        )
"""
            }
        ),
        Case(
            {
                "stream.py": """\
async def events():
    try:
        yield "data: ok"
    except Exception as e:
        event = {"type": "error", "message": str(e)}
        yield f"data: {json.dumps(event)}"
"""
            }
        ),
        Case(
            {
                "app/api/refresh/route.ts": """\
export async function POST() {
  try { await auth(); } catch (err) {
    const message = err instanceof Error ? err.message : "unknown";
    return NextResponse.json({ error: message }, { status: 400 });
  }
}
"""
            }
        ),
        Case(
            {
                "app/api/callback/route.ts": """\
export async function GET() {
  try { await auth(); } catch (err) {
    const message = err instanceof Error ? err.message : "unknown";
    return page(false, message);
  }
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/state/route.ts": """\
export async function GET() {
  const seen = { error: "" }, found = {};
  try { await auth(); } catch (error) {
    seen.error = error.message;
    console.error(seen);
  }
  return NextResponse.json(found);
}
"""
            }
        ),
        Case(
            {
                "jobs.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/jobs/{job_id}")
def job(job_id: str, user=Depends(get_current_user)):
    found = fetch(job_id)
    if found.exc_info:
        trace = str(found.exc_info)
        log.error(trace)
    return {"state": found.state}
"""
            }
        ),
        Case(
            {
                "health.py": """\
@router.get("/health")
async def health():
    try:
        await ping()
        state = "up"
    except Exception as e:
        reason = str(e)
        log.error(reason)
        state = "down"
    return {"database": state, "reason": "unknown"}
"""
            }
        ),
        Case(
            {
                "job.py": """\
def work():
    try:
        run()
    except Exception as e:
        return Outcome(error=str(e))
"""
            }
        ),
    ),
)
