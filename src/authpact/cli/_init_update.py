"""`authpact init --update`: what a new brief changes, shown before anything is written."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from authpact.brief import Change, Draft, changes, patched, updated
from authpact.cli._brief_text import as_data, report, wrapped
from authpact.cli._contract_file import replace
from authpact.cli._output import as_json, emit, progress, width
from authpact.compile import render
from authpact.contract import Contract, load, to_json

_TARGETS: Final = ("spec", "design", "env", "nextjs", "fastapi", "schema")
_SHOWN: Final = 6


def update_contract(found: Draft, file: Path, *, yes: bool, asking: bool, format: str) -> int:  # noqa: A002
    """Show the difference and write it after a yes; exit 1 where it was not written."""
    old = load(file)
    new = updated(old, found)
    different = changes(old, new)
    if format == "json":
        data = as_data(found) | {"contract": to_json(new), "changes": [_row(c) for c in different]}
        emit(as_json(data | {"documents": [path for path, _ in _documents(old, new)]}))
    else:
        emit(_shown(found, different, old, new))
    if not different:
        progress(f"{file} says this already; nothing was written")
        return 0
    if not yes and not (asking and format == "terminal" and _agreed(file)):
        progress(f"{file} was not changed; say --yes to write")
        return 1
    replace(patched(file.read_text("utf-8"), old, new), file)
    progress(f"wrote {file}; next: authpact compile --contract {file}")
    return 0


def _agreed(file: Path) -> bool:
    try:
        return input(f"Write {file}? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _row(change: Change) -> dict[str, str]:
    return {"field": change.field, "before": change.before, "after": change.after}


def _shown(found: Draft, different: Sequence[Change], old: Contract, new: Contract) -> str:
    lines = [report(found, width()), "", "Changes to the contract"]
    for change in different:
        if not change.before:
            lines += wrapped(f"+ {change.field} = {change.after}", width(), 4)
        elif not change.after:
            lines += wrapped(f"- {change.field} = {change.before}", width(), 4)
        else:
            lines += wrapped(f"~ {change.field}: {change.before} -> {change.after}", width(), 4)
    lines += ["", "Changes to compiled files", *_documents_shown(old, new)]
    return "\n".join(lines)


def _documents_shown(old: Contract, new: Contract) -> Iterator[str]:
    for path, diff in _documents(old, new):
        added, removed = (sum(line.startswith(sign) for line in diff) for sign in "+-")
        yield f"  {path}: {added} lines new, {removed} lines gone"
        if path.startswith(("specs/", "docs/")):
            for line in diff[:_SHOWN]:
                yield from wrapped(line, width(), 6, 4)


def _documents(old: Contract, new: Contract) -> list[tuple[str, list[str]]]:
    before = {file.path: file.text for file in render(old, _TARGETS)}
    after = {file.path: file.text for file in render(new, _TARGETS)}
    return [
        (path, _diff(before.get(path, ""), after.get(path, "")))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


def _diff(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [
        line
        for line in lines
        if line[:1] in "+-" and not line.startswith(("+++", "---")) and line[1:].strip()
    ]
