"""Changes that a rule can propose, and what a file looks like after them."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from authpact.findings import Finding, Mend
from authpact.review.source._model import Call, Module
from authpact.review.source._tree import Source, Tree


def span(text: str, start: int, end: int, new: str, *, safe: bool) -> Mend:
    """Return the mend that puts `new` between two offsets of a text."""
    return Mend(*_place(text, start), *_place(text, end), new, safe)


def _place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, both from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def swap(text: str, line: int, old: str, new: str, *, safe: bool = False) -> Mend | None:
    """Return the mend of a piece that begins on a line, None where it does not stand there."""
    start = _offset(text, line, 1)
    end = text.find("\n", start)
    found = text.find(old, start)
    if found < 0 or (end >= 0 and found > end):
        return None
    return span(text, found, found + len(old), new, safe=safe)


def add_argument(module: Module, call: Call, argument: str, *, safe: bool = False) -> Mend | None:
    """Return the mend that gives a call one more argument, None where comments are in the way."""
    raw = module.text.encode()
    written = raw[call.start : call.end].decode("utf-8", "replace")
    if "#" in written or not written.endswith(")"):
        return None
    before = written[:-1].rstrip()
    place = len(raw[: call.start].decode("utf-8", "replace")) + len(before)
    if before.endswith("("):
        added = argument
    elif before.endswith(","):
        indent = re.match(r"\s*", before.rpartition("\n")[2])
        added = f"\n{indent[0] if indent else ''}{argument}," if "\n" in before else f" {argument}"
    else:
        added = f", {argument}"
    return span(module.text, place, place, added, safe=safe)


def drop_member(text: str, line: int, member: str, *, safe: bool = False) -> Mend | None:
    """Return the mend that removes one `name: value` of a literal, its line where it stands alone.

    `member` is a pattern, the first match from `line` on counts. None where there is none.
    """
    found = re.compile(member).search(text, _offset(text, line, 1))
    if found is None:
        return None
    first, last = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end()) + 1
    if not text[first : found.start()].strip() and text[found.end() : last].strip() in {"", ","}:
        return span(text, first, last, "", safe=safe)
    after = re.compile(r"\s*,\s*").match(text, found.end())
    before = None if after else re.search(r",\s*$", text[: found.start()])
    start = before.start() if before else found.start()
    return span(text, start, after.end() if after else found.end(), "", safe=safe)


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


def mended(text: str, mends: Iterable[Mend]) -> str:
    """Return a text after these changes; of two that overlap the later one is left out."""
    spans = {
        (_offset(text, m.line, m.column), _offset(text, m.end_line, m.end_column), m.text)
        for m in mends
    }
    pieces, position = [], 0
    for start, end, new in sorted(spans):
        if start >= position:
            pieces += [text[position:start], new]
            position = end
    return "".join([*pieces, text[position:]])


def patch(finding: Finding, text: str) -> list[str]:
    """Return the mend of a finding as the lines of a unified diff, empty without one."""
    if finding.mend is None:
        return []
    file = finding.location.file
    after = mended(text, [finding.mend])
    lines = (text.splitlines(), after.splitlines(), f"a/{file}", f"b/{file}")
    return list(difflib.unified_diff(*lines, lineterm="", n=2))


def exchanged(tree: Tree, texts: Mapping[str, str]) -> Tree:
    """Return a tree in which some files have other texts."""

    def all_of(sources: tuple[Source, ...]) -> tuple[Source, ...]:
        return tuple(Source(s.path, texts.get(s.path, s.text)) for s in sources)

    return replace(
        tree,
        python=all_of(tree.python),
        scripts=all_of(tree.scripts),
        plain=all_of(tree.plain),
    )
