"""Where every key of a valid TOML document stands, so that a diagnostic can point at it.

The standard library reads TOML without positions. This scanner runs only on documents that
`tomllib` accepted, so it follows the grammar loosely and never judges it.
"""

import re
from collections.abc import Mapping
from typing import Final

Key = tuple[str | int, ...]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_MULTILINE: Final = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}', re.DOTALL)
_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR: Final = re.compile(r"[^,\]}\n#]*")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.offsets: dict[Key, int] = {}
        self.lengths: dict[Key, int] = {}

    def skip(self) -> bool:
        """Pass blanks and comments; tell whether the document goes on."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def take(self, text: str) -> bool:
        if not self.text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self.skip()
            match = _QUOTED.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if match is None:
                return parts
            parts.append(match[0].strip("\"'"))
            self.at = match.end()
            self.skip()
            if not self.take("."):
                return parts

    def resolve(self, parts: list[str]) -> Key:
        """Follow a table header into the last element of every array of tables on its way."""
        path: Key = ()
        for part in parts:
            path = (*path, part)
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        return path

    def mark(self, path: Key, offset: int) -> None:
        for size in range(1, len(path) + 1):
            self.offsets.setdefault(path[:size], offset)

    def document(self) -> None:
        table: Key = ()
        while self.skip():
            start = self.at
            if self.take("[["):
                parts = self.key()
                head = (*self.resolve(parts[:-1]), parts[-1])
                self.lengths[head] = self.lengths.get(head, 0) + 1
                table = (*head, self.lengths[head] - 1)
                self.mark(table, start)
                self.take("]]")
            elif self.take("["):
                table = self.resolve(self.key())
                self.mark(table, start)
                self.take("]")
            else:
                self.pair(table)

    def pair(self, table: Key) -> None:
        start = self.at
        path = (*table, *self.key())
        self.mark(path, start)
        if not self.take("="):
            self.at += 1
            return
        self.value(path)

    def value(self, path: Key) -> None:
        self.skip()
        self.mark(path, self.at)
        if self.take("["):
            self.items(path)
        elif self.take("{"):
            self.members(path)
        else:
            pattern = next(p for p in (_MULTILINE, _QUOTED, _SCALAR) if p.match(self.text, self.at))
            match = pattern.match(self.text, self.at)
            self.at = match.end() if match else len(self.text)

    def items(self, path: Key) -> None:
        index = 0
        while self.skip() and not self.take("]"):
            self.value((*path, index))
            index += 1
            self.skip()
            self.take(",")

    def members(self, path: Key) -> None:
        while self.skip() and not self.take("}"):
            self.pair(path)
            self.skip()
            self.take(",")


def positions(text: str) -> Mapping[Key, tuple[int, int]]:
    """Map every key path of a valid TOML text to its line and column, both counted from 1."""
    scanner = _Scanner(text)
    scanner.document()
    found = {}
    for path, offset in scanner.offsets.items():
        line = text.count("\n", 0, offset) + 1
        found[path] = (line, offset - text.rfind("\n", 0, offset))
    return found
