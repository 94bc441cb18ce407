"""What both grammars share: one query per language, and the pieces around a node."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from tree_sitter import Language, Node, Parser, Query, QueryCursor

Captures = Mapping[str, Sequence[Node]]
_SKIPPED: Final = frozenset({"comment", "(", ")", ","})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed text: captured nodes by name, the source, and the source with prose blanked."""

    captures: Captures
    source: bytes
    clean: bytes
    error_line: int

    def text(self, node: Node | None) -> str:
        """Return the code of a node, empty for none."""
        if node is None:
            return ""
        return self.clean[node.start_byte : node.end_byte].decode("utf-8", "replace")


class Span(Protocol):
    """Anything with a place in the text, in bytes."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def line_of(node: Node) -> int:
    """Return the line of a node, from 1."""
    return node.start_point[0] + 1


def end_line_of(node: Node) -> int:
    """Return the last line of a node, from 1."""
    return node.end_point[0] + 1


def _blanked(source: bytes, nodes: Iterable[Node]) -> bytes:
    clean = bytearray(source)
    for node in nodes:
        piece = source[node.start_byte : node.end_byte]
        clean[node.start_byte : node.end_byte] = bytes(10 if b == 10 else 32 for b in piece)  # noqa: PLR2004
    return bytes(clean)


def _first_error(root: Node) -> int:
    """Return the first line with a syntax error; follows one path, so depth costs nothing."""
    if not root.has_error:
        return 0
    node = root
    while not (node.is_error or node.is_missing):
        inner = next((c for c in node.children if c.has_error or c.is_missing), None)
        if inner is None:
            break
        node = inner
    return line_of(node)


def _place(node: Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte


def parse(language: Language, query: Query, source: bytes) -> Parsed:
    """Parse a text. Never fails: what cannot be parsed is left out and its line is told."""
    root = Parser(language).parse(source).root_node
    found = QueryCursor(query).captures(root)
    captures = {name: sorted(nodes, key=_place) for name, nodes in found.items()}
    prose = [*captures.get("comment", ()), *captures.get("prose", ())]
    return Parsed(captures, source, _blanked(source, prose), _first_error(root))


def enclosing(starts: Sequence[tuple[int, int, int]], start: int, end: int) -> int:
    """Return the index of the innermost span around [start, end), -1 for none.

    `starts` holds (start, end, index), sorted by start.
    """
    found = -1
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if starts[middle][0] <= start:
            low = middle + 1
        else:
            high = middle
    for position in range(low - 1, max(-1, low - 200), -1):
        first, last, index = starts[position]
        if last >= end and (first, last) != (start, end):
            found = index
            break
    return found


def named(node: Node) -> list[Node]:
    """Return the named children that are no comments."""
    return [c for c in node.named_children if c.type not in _SKIPPED]
