import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._judged import compared, is_refused
from authpact.review.facts._logs import LOGGED
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_OWNER: Final = r"(?:user|owner|account|customer|tenant)_?[iI]d"
_KEY: Final = rf"[\"']{_OWNER}[\"']"
_HELD: Final = lazy(
    r"^[ \t]*(\w+)\s*(?::[^=\n]+)?=\s*(?:await\s+)?"
    r"(?:json\.loads\([^\n]*\barguments\b|(?:\w+\.)+(?:arguments|input)\s*$"
    r"|\w*call\w*\b[^\n]*(?:\[|\.get\(\s*)[\"'](?:args|arguments|input)[\"'])",
    re.MULTILINE,
)
"""Names that hold what a model wrote for a tool."""
_WRITTEN: Final = r"(?:\w+\[[\"'](?:args|arguments)[\"']\]|\w*(?:arguments|args)|\w*tool_input)"
_FILLED: Final = lazy(
    rf"\bif\s+{_KEY}\s+not\s+in\s+(?P<a>{_WRITTEN})\s*:\s*(?P=a)\[{_KEY}\]\s*="
    rf"|\bif\s+not\s+(?P<b>{_WRITTEN})\.get\(\s*{_KEY}\s*\)\s*:\s*(?P=b)\[{_KEY}\]\s*="
    rf"|\b{_WRITTEN}\.setdefault\(\s*{_KEY}"
)
_FORCED: Final = lazy(rf"\w+\[{_KEY}\]\s*=(?!=)|\*\*\s*\w*(?:arg|param|input)\w*\s*,\s*{_KEY}\s*:")
_TOOLS: Final = lazy(r"tool_?call|function_?call|call_tool|\btools?\b", re.IGNORECASE)
_EXPOSED: Final = frozenset(["tool", "function_tool"])
_TOLD: Final = lazy(
    r"\b(?:ctx|context|wrapper|get_access_token|get_http_\w+|current_\w+|ContextVar)\b|InjectedState|InjectedToolArg"
)


def _read(text: str) -> int:
    """Return where a function takes the owner from what a model wrote, -1 for nowhere."""
    for held in _HELD.finditer(text):
        name = rf"(?<![\w.]){held[1]}"
        forced = re.search(rf"^[ \t]*{name}\[{_KEY}\]\s*=(?!=)", text, re.MULTILINE)
        found = re.search(rf"{name}(?:\.get\(\s*|\[){_KEY}", text)
        if found and not forced and not re.search(rf"{name}[^\n]*{_KEY}[^\n]*[!=]=", text):
            return found.start()
    return -1


def _in_calls(module: Module) -> Iterator[int]:
    """Yield the lines where tools are called for whomever the model names."""
    for function in module.functions:
        text = LOGGED.sub("", function.text)
        filled = _FILLED.search(text)
        start = filled.start() if filled else _read(text)
        if start >= 0:
            yield function.line + text.count("\n", 0, start)


def _is_open(facts: Facts, module: Module, function: Function) -> bool:
    """Whether a tool that models call gets the owner as an argument, and nothing refuses it."""
    if not any(d.last in _EXPOSED for d in function.decorators):
        return False
    owner = next((p for p in function.parameters if re.fullmatch(_OWNER, p.name)), None)
    body = LOGGED.sub("", function.text.partition(":\n")[2])
    if owner is None or not re.search(rf"\b{owner.name}\b", body):
        return False
    if _TOLD.search(f"{function.text} {owner.annotation}") or compared(body, owner.name):
        return False
    if facts.project.callers(module, function):
        return False
    given = rf"^{owner.name}$|=\s*{owner.name}$"
    return not is_refused(facts.project, module, function, given)


def _is_forced(facts: Facts) -> bool:
    """Whether some code of the tree writes the caller over what a model gave a tool."""
    texts = (_FILLED.sub("", m.code) for m in facts.python if _TOOLS.search(m.code))
    return any(_FORCED.search(t) for t in texts)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield tools of a model that work for whomever the model names."""
    if not facts.routes and not any("mcp" in m.code for m in facts.python):
        return
    for module in facts.python:
        if not _TOOLS.search(module.code):
            continue
        for line in dict.fromkeys(_in_calls(module)):
            yield at(module, line, "Whose data a tool reaches is what the model wrote.")
        tools = [f for f in module.functions if _is_open(facts, module, f)]
        if tools and not _is_forced(facts):
            message = (
                f"The model chooses for whom {tools[0].name} works; so does the text it reads."
            )
            yield at(module, tools[0], message)


_AGENT: Final = """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/assistant")
def ask(text: str, caller=Depends(get_current_user)):
    for call in model.answer(text).tool_calls:
        given = json.loads(call.function.arguments)
        LINE

"""


def _agent(*lines: str) -> Case:
    """Return a route that runs the tools that a model calls."""
    return Case({"main.py": _AGENT.replace("LINE", "\n        ".join(lines))})


def _server(*lines: str, after: str = "") -> Case:
    """Return a server with one tool, and the lines that run it."""
    text = """\
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("parcels")

@mcp.tool()
def parcels(user_id: str) -> list:
    LINE
"""
    return Case({"server.py": text.replace("LINE", "\n    ".join(lines)) + after})


_HELPER: Final = """
def resolved(user_id):
    if user_id and user_id != caller():
        raise PermissionError
    return caller()
"""

RULE = Rule(
    requirement="ownership:owner-from-token",
    category="ownership-trusts-client-user-id",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A language model decides whose data a tool reaches.",
    why="The model follows the text it reads: whoever writes another's id into a message or a document gets their data.",
    remedy="Write the verified caller over the argument, or bind it when the tool is made, and leave it out of the schema.",
    check=check,
    flagged=(
        _agent("rows.find(given['user_id'], given['word'])"),
        _agent("rows.find(given.get('user_id', caller.id), given['word'])"),
        _agent(
            "args = given",
            "if 'user_id' not in args:",
            "    args['user_id'] = caller.id",
            "run(args)",
        ),
        _agent("tool_args = given", "tool_args.setdefault('user_id', caller.id)", "run(tool_args)"),
        _server("return db.query(Parcel).filter(Parcel.user_id == user_id).all()"),
    ),
    accepted=(
        _agent("given['user_id'] = caller.id", "rows.find(given['user_id'], given['word'])"),
        _agent("rows.find(caller.id, given['word'])"),
        _agent(
            "if given['user_id'] != caller.id:",
            "    raise PermissionError",
            "rows.find(given['user_id'], given['word'])",
        ),
        _agent("args = given", "if 'user_id' not in args:", "    raise ValueError", "run(args)"),
        _server("me = get_access_token().subject", "return rows.of(me, user_id)"),
        _server(
            "mine = resolved(user_id)",
            "return rows.of(mine)",
            after=_HELPER,
        ),
    ),
)
