"""Ways through a Python function: each answer, and what surely ran before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import tree_sitter_python
from tree_sitter import Language, Node, Parser

_LANGUAGE: Final = Language(tree_sitter_python.language())
_LEAVES: Final = frozenset(
    {"return_statement", "raise_statement", "continue_statement", "break_statement"}
)
_BLOCKS: Final = frozenset(
    {"with_statement", "for_statement", "while_statement", "match_statement"}
)


@dataclass(frozen=True, slots=True)
class Way:
    """One `return` or assignment, with the code that ran before it on its way.

    `conditions` are the tests around it, the innermost last; a test that has to be false begins
    with `not `.
    """

    line: int
    """Counted from 0, the line of `def`."""
    target: str
    """What is assigned, empty for a return."""
    value: str
    conditions: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    is_handling: bool = False
    """Whether it stands in an except clause."""
    swallowed: tuple[str, ...] = ()
    """Bodies of earlier `try` statements whose errors were passed over."""


@lru_cache(maxsize=2048)
def ways(text: str) -> tuple[Way, ...]:
    """Return the returns and the plain assignments of a function in their order."""
    root = Parser(_LANGUAGE).parse(text.encode()).root_node
    function = next((n for n in root.children if n.type == "function_definition"), None)
    body = function.child_by_field_name("body") if function else None
    return tuple(_block(body, Way(0, "", ""))) if body is not None else ()


def _text(node: Node | None) -> str:
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


def _leaves(block: Node | None) -> bool:
    """Whether a block never comes to its end."""
    if block is None or not block.named_children:
        return False
    last = block.named_children[-1]
    if last.type == "if_statement":
        parts = _parts(last)
        return parts[-1][0] is None and all(_leaves(b) for _, b in parts)
    return last.type in _LEAVES


def _parts(node: Node) -> list[tuple[Node | None, Node | None]]:
    """Return the branches of an `if`: their tests, none for `else`, and their blocks."""
    found = [(node.child_by_field_name("condition"), node.child_by_field_name("consequence"))]
    for other in node.children:
        if other.type == "elif_clause":
            found.append(
                (other.child_by_field_name("condition"), other.child_by_field_name("consequence"))
            )
        elif other.type == "else_clause":
            found.append((None, other.child_by_field_name("body")))
    return found


def _block(block: Node, so_far: Way) -> Iterator[Way]:
    """Yield the ways that end in a block."""
    for node in block.named_children:
        if node.type == "if_statement":
            yield from _choice(node, so_far)
            so_far = _after_choice(node, so_far)
        elif node.type == "try_statement":
            yield from _attempt(node, so_far)
            so_far = _after_attempt(node, so_far)
        else:
            yield from _plain(node, so_far)
            so_far = replace(so_far, before=(*so_far.before, _text(node)))


def _plain(node: Node, so_far: Way) -> Iterator[Way]:
    line = node.start_point[0]
    inner = node.named_children[0] if node.named_children else None
    if node.type == "return_statement":
        yield replace(so_far, line=line, value=_text(inner))
    elif node.type == "expression_statement" and inner and inner.type == "assignment":
        target = _text(inner.child_by_field_name("left"))
        value = _text(inner.child_by_field_name("right"))
        yield replace(so_far, line=line, target=target, value=value)
    elif node.type in _BLOCKS:
        body = node.child_by_field_name("body")
        header = _text(node).partition(":\n")[0]
        if body is not None:
            yield from _block(body, replace(so_far, before=(*so_far.before, header)))


def _choice(node: Node, so_far: Way) -> Iterator[Way]:
    passed: list[str] = []
    for test, block in _parts(node):
        if test is not None:
            passed.append(_text(test))
        refused = passed[:-1] if test is not None else passed
        conditions = (*so_far.conditions, *(f"not {t}" for t in refused))
        if test is not None:
            conditions = (*conditions, _text(test))
        if block is not None:
            inside = replace(so_far, conditions=conditions, before=(*so_far.before, *passed))
            yield from _block(block, inside)


def _after_choice(node: Node, so_far: Way) -> Way:
    """Return what holds behind an `if`: the branches that leave did not run."""
    ran = [t for test, _ in _parts(node) if (t := _text(test))]
    kept = [block for _, block in _parts(node) if block is not None and not _leaves(block)]
    swallowed = [t for block in kept for t in _passed_over(block)]
    return replace(
        so_far,
        before=(*so_far.before, *ran, *map(_text, kept)),
        swallowed=(*so_far.swallowed, *swallowed),
    )


def _passed_over(block: Node) -> Iterator[str]:
    """Yield the bodies of `try` statements in a block whose errors are passed over."""
    for node in block.named_children:
        if node.type == "try_statement" and not all(_leaves(b) for b in _handlers(node)):
            yield _text(node.child_by_field_name("body"))
        elif node.type == "if_statement":
            for _, inner in _parts(node):
                yield from _passed_over(inner) if inner is not None else ()


def _handlers(node: Node) -> list[Node | None]:
    """Return the blocks of the except clauses of a `try`."""
    clauses = [c for c in node.named_children if c.type.startswith("except")]
    return [next((b for b in c.named_children if b.type == "block"), None) for c in clauses]


def _attempt(node: Node, so_far: Way) -> Iterator[Way]:
    body = node.child_by_field_name("body")
    if body is not None:
        yield from _block(body, so_far)
    for block in _handlers(node):
        if block is not None:
            yield from _block(block, replace(so_far, is_handling=True))
    rest = so_far if body is None else replace(so_far, before=(*so_far.before, _text(body)))
    for clause in node.named_children:
        inner = clause.named_children[-1] if clause.named_children else None
        if clause.type in {"else_clause", "finally_clause"} and inner is not None:
            yield from _block(inner, rest if clause.type == "else_clause" else so_far)


def _after_attempt(node: Node, so_far: Way) -> Way:
    body = _text(node.child_by_field_name("body"))
    if all(_leaves(block) for block in _handlers(node)):
        return replace(so_far, before=(*so_far.before, body))
    return replace(so_far, swallowed=(*so_far.swallowed, body))
