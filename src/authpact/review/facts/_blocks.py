"""The lines of a Python function, each with the conditions it stands under."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.source._pattern import lazy

_HEADER: Final = lazy(r"^(?:if|elif|else|try|except|finally|for|while|with|async\s+with)\b")


@dataclass(frozen=True, slots=True)
class Block:
    """One statement, on one line, and the headers around it, the outermost first."""

    text: str
    around: tuple[str, ...]


def blocks(text: str) -> Iterator[Block]:
    """Yield each statement; what a bracket spreads over lines is joined."""
    stack: list[tuple[int, str]] = []
    for depth, statement in _statements(text):
        while stack and stack[-1][0] >= depth:
            stack.pop()
        yield Block(statement, tuple(h for _, h in stack))
        if _HEADER.match(statement) and statement.rstrip().endswith(":"):
            stack.append((depth, statement))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    parts: list[str] = []
    depth = level = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        if not parts:
            depth = len(line) - len(line.lstrip())
        parts.append(line.strip())
        level += sum(line.count(c) for c in "([{") - sum(line.count(c) for c in ")]}")
        if level <= 0:
            yield depth, " ".join(parts)
            parts, level = [], 0
    if parts:
        yield depth, " ".join(parts)


def handled(header: str) -> str:
    """Return the condition of a header."""
    return re.sub(r"^(?:el)?if\b\s*|:\s*$", "", header).strip()
