"""From `authpact.toml` to a Contract, or to every diagnostic at once."""

import copy
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from authpact.contract._diagnostics import ContractError, Diagnostic
from authpact.contract._duration import render_duration
from authpact.contract._fields import requirement_of
from authpact.contract._model import Contract
from authpact.contract._positions import Key, positions
from authpact.contract._reference import keys_at
from authpact.contract._rules import judge
from authpact.contract._secrets import secret_at, walk

_SYNTAX: Final = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)
_LARGEST_FILE: Final = 1_000_000
_REPAIRS: Final = 50


@dataclass(frozen=True, slots=True)
class Parsed:
    """What parsing a text gave: the contract when there is no error, and all diagnostics."""

    contract: Contract | None
    diagnostics: tuple[Diagnostic, ...]


def _name(path: Key) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text or "file"


def _place(path: Key, where: Mapping[Key, tuple[int, int]]) -> tuple[int, int]:
    for size in range(len(path), 0, -1):
        if path[:size] in where:
            return where[path[:size]]
    return 1, 1


def _remedy(problem: ErrorDetails, path: Key) -> str:
    kind = problem["type"]
    if kind == "extra_forbidden":
        allowed = keys_at(path[:-1])
        near = difflib.get_close_matches(str(path[-1]), allowed, n=1)
        if near:
            return f'did you mean "{near[0]}"?'
        return f"remove it; allowed here: {', '.join(allowed)}" if allowed else "remove it"
    if kind == "missing":
        return f'add the key "{path[-1]}"'
    if kind == "literal_error":
        return f"write {problem.get('ctx', {}).get('expected', 'one of the allowed values')}"
    if kind.startswith(("greater_than", "less_than")):
        return "choose a value within the limit"
    return f"see: authpact contract explain {'.'.join(str(p) for p in path if isinstance(p, str))}"


def _message(problem: ErrorDetails) -> str:
    if problem["type"] == "extra_forbidden":
        return "unknown key"
    if problem["type"] == "missing":
        return "is missing"
    limit = problem.get("ctx", {}).get("le", problem.get("ctx", {}).get("ge"))
    if isinstance(limit, int):
        side = "most" if problem["type"] == "less_than_equal" else "least"
        return f"must be at {side} {render_duration(limit)}"
    text = problem["msg"].removeprefix("Value error, ")
    return text[0].lower() + text[1:]


def _shape_error(problem: ErrorDetails, where: Mapping[Key, tuple[int, int]]) -> Diagnostic:
    path: Key = problem["loc"]
    line, column = _place(path, where)
    requirement = None if problem["type"] == "extra_forbidden" else requirement_of(path)
    return Diagnostic(
        "error", line, column, _name(path), _message(problem), _remedy(problem, path), requirement
    )


def _child(node: object, part: str | int) -> object:
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _without(raw: dict[str, object], path: Key) -> None:
    """Drop the value at this path, or the nearest thing around it that can be dropped."""
    node: object = raw
    trail: list[tuple[object, str | int]] = []
    for part in path:
        trail.append((node, part))
        node = _child(node, part)
        if node is None:
            break
    while trail:
        holder, part = trail.pop()
        if isinstance(holder, list) and isinstance(part, int) and trail[-1][1] == "endpoints":
            holder[part] = {
                "method": "GET",
                "path": f"/unreadable/{part}",
                "access": "authenticated",
            }
            return
        if isinstance(holder, dict) and part in holder:
            del holder[part]
            return


def _repaired(raw: dict[str, object]) -> Contract | None:
    """Validate what is left when every wrong value is dropped, so that rules can speak too."""
    rest = copy.deepcopy(raw)
    for _ in range(_REPAIRS):
        try:
            return Contract.model_validate(rest)
        except ValidationError as error:
            _without(rest, error.errors()[0]["loc"])
    return None


def _secrets(raw: object, where: Mapping[Key, tuple[int, int]]) -> Iterator[Diagnostic]:
    for path, text in walk(raw):
        kind = secret_at(path, text) if not re.fullmatch(r"[A-Z][A-Z0-9_]*", text) else None
        if kind is not None:
            line, column = _place(path, where)
            yield Diagnostic(
                "error", line, column, _name(path), f"looks like {kind}",
                "keep secrets in environment variables and write their names here; "
                "if this one was real, replace it everywhere",
                "environment:no-secrets",
            )  # fmt: skip


def _judgements(contract: Contract, where: Mapping[Key, tuple[int, int]]) -> Iterator[Diagnostic]:
    for item in judge(contract):
        line, column = _place(item.path, where)
        yield Diagnostic(
            item.severity, line, column, _name(item.path), item.message, item.remedy,
            item.requirement,
        )  # fmt: skip


def _syntax_error(error: tomllib.TOMLDecodeError, text: str) -> Parsed:
    match = _SYNTAX.fullmatch(str(error))
    line = int(match["line"]) if match and match["line"] else text.count("\n") + 1
    column = int(match["column"]) if match and match["column"] else 1
    what = match["what"] if match else str(error)
    return Parsed(
        None,
        (
            Diagnostic(
                "error", line, column, "file", f"is not TOML: {what}", "mend the syntax first"
            ),
        ),
    )


def parse(text: str) -> Parsed:
    """Read the text of a contract; never raises for bad input, whatever the text holds."""
    if len(text) > _LARGEST_FILE:
        problem = Diagnostic(
            "error", 1, 1, "file", "is larger than 1 MB", "a contract is a page or two"
        )
        return Parsed(None, (problem,))
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax_error(error, text)
    except RecursionError:
        problem = Diagnostic(
            "error", 1, 1, "file", "is nested too deeply", "a contract has two levels"
        )
        return Parsed(None, (problem,))
    where = positions(text)
    found = list(_secrets(raw, where))
    secret_fields = {d.field for d in found}
    try:
        contract: Contract | None = Contract.model_validate(raw)
    except ValidationError as error:
        shape = (_shape_error(problem, where) for problem in error.errors(include_url=False))
        found += [d for d in shape if d.field not in secret_fields]
        contract = _repaired(raw)
    if contract is not None:
        taken = {(d.line, d.field) for d in found}
        found += [d for d in _judgements(contract, where) if (d.line, d.field) not in taken]
    found.sort(key=lambda d: (d.severity, d.line, d.column, d.field))
    wrong = any(d.severity == "error" for d in found)
    return Parsed(None if wrong else contract, tuple(found))


def load(path: str | Path) -> Contract:
    """Load a contract file.

    Raises ContractError with every diagnostic when the file is missing, unreadable or wrong;
    warnings alone do not raise.
    """
    source = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        problem = Diagnostic(
            "error", 1, 1, "file", f"cannot be read: {reason}", "authpact init --yes writes one"
        )
        raise ContractError(source, (problem,)) from None
    parsed = parse(text)
    if parsed.contract is None:
        raise ContractError(source, parsed.diagnostics)
    return parsed.contract
