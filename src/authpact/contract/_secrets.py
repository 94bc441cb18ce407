"""Text that looks like a secret has no place in a contract; such values are never repeated."""

import re
from collections.abc import Iterator
from typing import Final

_KEY_NAME: Final = re.compile(
    r"(^|_)(secret|password|passwd|private_key|api_key|token)s?$", re.IGNORECASE
)
_SHAPES: Final = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\."), "a token"),
    (re.compile(r"\b[a-z+]+://[^/\s:@]+:[^/\s:@]+@"), "an address with a password"),
    (
        re.compile(r"(?<![A-Za-z0-9_+/=-])[0-9a-fA-F]{32,}(?![A-Za-z0-9_+/=-])"),
        "a hexadecimal secret",
    ),
)
_RANDOM: Final = re.compile(
    r"(?<![A-Za-z0-9_+/=:.-])[A-Za-z0-9_+/-]{32,}={0,2}(?![A-Za-z0-9_+/=:.-])"
)
_MANY_DISTINCT: Final = 16


def secret_kind(text: str) -> str | None:
    """Name the kind of secret that the text seems to hold, None where it holds none."""
    for pattern, kind in _SHAPES:
        if pattern.search(text):
            return kind
    for match in _RANDOM.finditer(text):
        word = match[0]
        mixed = re.search(r"\d", word) and re.search(r"[a-z]", word) and re.search(r"[A-Z]", word)
        if mixed and len(set(word)) >= _MANY_DISTINCT:
            return "a random secret"
    return None


def walk(
    value: object, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every key path whose value is text, with the text."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))
    elif isinstance(value, str):
        yield path, value


def secret_at(path: tuple[str | int, ...], text: str) -> str | None:
    """Name the kind of secret at this key path, judged by the value and by the key's own name."""
    found = secret_kind(text)
    name = str(path[-1]) if path else ""
    if found is None and path[:1] == ("keys",) and _KEY_NAME.search(name):
        return "a secret instead of the name of a variable"
    return found
