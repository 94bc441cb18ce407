"""Small readings of code as text: splitting at the top level, literals, lines."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.source._pattern import lazy

_OPEN: Final = "([{"
_CLOSE: Final = ")]}"
_STRING: Final = lazy(r"^[rRbBuUfF]{0,2}(\"\"\"|'''|\"|'|`)(.*)\1$", re.DOTALL)


def _tops(text: str) -> Iterator[int]:
    """Yield the offsets that stand outside of brackets and quotes."""
    depth, quote, skip = 0, "", False
    for index, char in enumerate(text):
        if skip:
            skip = False
        elif quote:
            skip = char == "\\"
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        elif char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth -= 1
        elif depth == 0:
            yield index


def split(text: str, separator: str = ",") -> list[str]:
    """Split at a separator that stands outside of brackets and quotes."""
    parts, start = [], 0
    for index in _tops(text):
        if index >= start and text.startswith(separator, index):
            parts.append(text[start:index].strip())
            start = index + len(separator)
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def literal(text: str) -> str | None:
    """Return the value of one plain string literal, None for anything else."""
    match = _STRING.match(text.strip())
    if not match:
        return None
    quote, body = match.group(1), match.group(2)
    if quote in body.replace("\\" + quote, ""):
        return None
    if quote == "`" and "${" in body:
        return None
    is_format = "f" in text[: text.find(quote)].lower()
    return None if is_format and "{" in body else body


def number(text: str) -> float | None:
    """Return the value of a product of numbers such as `60 * 60 * 24`, None for anything else."""
    if not re.fullmatch(r"[\d_.\s*]+", text) or not re.search(r"\d", text):
        return None
    result = 1.0
    for part in text.split("*"):
        try:
            result *= float(part.replace("_", "").strip())
        except ValueError:
            return None
    return result


def members(text: str) -> dict[str, str]:
    """Return the members of an object or dict literal as written, one level deep."""
    inner = text.strip()
    if not (inner.startswith("{") and inner.endswith("}")):
        return {}
    found = {}
    for part in split(inner[1:-1]):
        name, *rest = split(part, ":")
        key = literal(name) or name
        found[key.strip()] = ":".join(rest).strip() if rest else name
    return found


def has_any(text: str, *words: str) -> bool:
    """Whether one of these words stands in a text: a quick look that spares a slow search."""
    return any(word in text for word in words)


def lines_matching(
    code: str, pattern: re.Pattern[str], *words: str
) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield (line from 1, match) for each match of a pattern.

    Where words are given, every match holds one of them.
    """
    if words and not has_any(code, *words):
        return
    line, position = 1, 0
    for match in pattern.finditer(code):
        line += code.count("\n", position, match.start())
        position = match.start()
        yield line, match


def snake(name: str) -> str:
    """Return a name in snake case, for comparing names across languages."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
