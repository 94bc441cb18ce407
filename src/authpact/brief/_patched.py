"""The text of a contract with only the changed lines changed: comments and order stay."""

import re
from typing import Final

from authpact.contract import Contract, parse, to_toml

_HEADER: Final = re.compile(r"^\s*(\[\[?[^\]]+\]\]?)\s*(?:#.*)?$")
_KEY: Final = re.compile(r"^(?P<key>[\w-]+)\s*=\s*(?P<value>.*)$")
_REST: Final = re.compile(r"(?P<comment>\s+#[^\"\]]*)?$")


def patched(text: str, old: Contract, new: Contract) -> str:
    """Return the text changed as little as possible, so that it loads to the new contract.

    Where that cannot be done line by line, the whole contract is written anew.
    """
    before, after = _blocks(to_toml(old)), _blocks(to_toml(new))
    lines = text.splitlines()
    for header in after:
        for mine, theirs in zip(
            before.get(header, []) + [""] * len(after[header]), after[header], strict=False
        ):
            if mine != theirs:
                lines = _put(lines, header, mine, theirs)
    result = "\n".join(lines).rstrip("\n") + "\n"
    return result if parse(result).contract == new else to_toml(new)


def _blocks(text: str) -> dict[str, list[str]]:
    """Return the tables of a written contract by header; several of one array of tables."""
    found: dict[str, list[str]] = {}
    for block in text.split("\n\n")[1:]:
        found.setdefault(block.partition("\n")[0], []).append(block.rstrip("\n"))
    return found


def _put(lines: list[str], header: str, mine: str, theirs: str) -> list[str]:
    at = next(
        (n for n, line in enumerate(lines) if (m := _HEADER.match(line)) and m[1] == header), None
    )
    if header.startswith("[["):
        return lines if theirs in "\n".join(lines) else [*lines, "", *theirs.splitlines()]
    if at is None:
        return _inserted(lines, theirs)
    return _rewritten(lines, at, mine, theirs)


def _inserted(lines: list[str], block: str) -> list[str]:
    arrays = (n for n, line in enumerate(lines) if line.startswith("[["))
    first = next(arrays, len(lines))
    while 0 < first < len(lines) and lines[first - 1].startswith("#"):
        first -= 1
    return [*lines[:first], *block.splitlines(), "", *lines[first:]]


def _rewritten(lines: list[str], at: int, mine: str, theirs: str) -> list[str]:
    end = next((n for n in range(at + 1, len(lines)) if _HEADER.match(lines[n])), len(lines))
    old = {m["key"]: m["value"] for line in mine.splitlines() if (m := _KEY.match(line))}
    new = {m["key"]: m["value"] for line in theirs.splitlines() if (m := _KEY.match(line))}
    result, added = list(lines), []
    for key, value in new.items():
        if old.get(key) == value:
            continue
        row = _row(lines, key, at + 1, end)
        if row is None:
            added.append(f"{key} = {value}")
        else:
            comment = _REST.search(lines[row])
            result[row] = f"{key} = {value}{(comment['comment'] or '') if comment else ''}"
    last = max((n for n in range(at, end) if lines[n].strip()), default=at)
    return [*result[: last + 1], *added, *result[last + 1 :]]


def _row(lines: list[str], key: str, start: int, end: int) -> int | None:
    for number in range(start, end):
        match = _KEY.match(lines[number].strip())
        if match and match["key"] == key:
            return number
    return None
