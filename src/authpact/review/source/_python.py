"""Python text → facts."""

from typing import Final

import tree_sitter_python
from tree_sitter import Language, Node, Query

from authpact.review.source._model import (
    Argument,
    Assignment,
    Call,
    Class,
    Function,
    Handler,
    Import,
    Module,
    Parameter,
)
from authpact.review.source._syntax import Parsed, enclosing, end_line_of, line_of, named, parse

_LANGUAGE: Final = Language(tree_sitter_python.language())
_QUERY: Final = Query(
    _LANGUAGE,
    """
    (function_definition) @function
    (class_definition) @class
    (call) @call
    (assignment) @assignment
    (import_statement) @import
    (import_from_statement) @from
    (except_clause) @handler
    (comment) @comment
    (expression_statement . (string) @prose .)
    """,
)
_Spans = list[tuple[int, int, int]]


def _spans(nodes: list[Node]) -> _Spans:
    return sorted((n.start_byte, n.end_byte, i) for i, n in enumerate(nodes))


def _arguments(parsed: Parsed, node: Node | None) -> tuple[Argument, ...]:
    if node is None or node.type != "argument_list":
        return (Argument("", parsed.text(node), line_of(node)),) if node else ()
    found = []
    for child in named(node):
        if child.type == "keyword_argument":
            name = parsed.text(child.child_by_field_name("name"))
            value = child.child_by_field_name("value")
            found.append(Argument(name, parsed.text(value), line_of(child)))
        else:
            found.append(Argument("", parsed.text(child), line_of(child)))
    return tuple(found)


def _call(parsed: Parsed, node: Node, spans: _Spans) -> Call:
    name = "".join(parsed.text(node.child_by_field_name("function")).split())
    return Call(
        name,
        _arguments(parsed, node.child_by_field_name("arguments")),
        line_of(node),
        end_line_of(node),
        node.start_byte,
        node.end_byte,
        enclosing(spans, node.start_byte, node.end_byte),
    )


def _parameter(parsed: Parsed, node: Node) -> Parameter:
    name = node.child_by_field_name("name") or (node.named_children or [node])[0]
    label = parsed.text(name if node.type != "identifier" else node)
    annotation = parsed.text(node.child_by_field_name("type"))
    default = parsed.text(node.child_by_field_name("value"))
    return Parameter(label, annotation, default, line_of(node))


def _decorators(parsed: Parsed, node: Node) -> tuple[Call, ...]:
    parent = node.parent
    if parent is None or parent.type != "decorated_definition":
        return ()
    found = []
    for child in named(parent):
        if child.type != "decorator" or not child.named_children:
            continue
        inner = child.named_children[0]
        if inner.type == "call":
            found.append(_call(parsed, inner, []))
        else:
            place = (line_of(inner), end_line_of(inner), inner.start_byte, inner.end_byte)
            found.append(Call(parsed.text(inner), (), *place, -1))
    return tuple(found)


def _function(
    parsed: Parsed, node: Node, spans: _Spans, classes: _Spans, names: list[str]
) -> Function:
    parameters = node.child_by_field_name("parameters")
    body = node.child_by_field_name("body")
    parent = enclosing(spans, node.start_byte, node.end_byte)
    owner = enclosing(classes, node.start_byte, node.end_byte)
    return Function(
        parsed.text(node.child_by_field_name("name")),
        line_of(node),
        end_line_of(node),
        node.start_byte,
        node.end_byte,
        parent,
        names[owner] if owner >= 0 else "",
        node.children[0].type == "async" if node.children else False,
        _decorators(parsed, node),
        tuple(_parameter(parsed, p) for p in named(parameters)) if parameters else (),
        parsed.text(node),
        line_of(body) if body else line_of(node),
    )


def _class(parsed: Parsed, node: Node) -> Class:
    bases = _arguments(parsed, node.child_by_field_name("superclasses"))
    return Class(
        parsed.text(node.child_by_field_name("name")),
        tuple(b.text for b in bases if not b.name),
        line_of(node),
        end_line_of(node),
        parsed.text(node),
    )


def _imports(parsed: Parsed, node: Node) -> list[Import]:
    origin = parsed.text(node.child_by_field_name("module_name"))
    found = []
    for child in node.children_by_field_name("name"):
        if child.type == "aliased_import":
            name = parsed.text(child.child_by_field_name("name"))
            alias = parsed.text(child.child_by_field_name("alias"))
        else:
            name = parsed.text(child)
            alias = name if origin else name.partition(".")[0]
        module, member = (origin, name) if origin else (name, "")
        found.append(Import(module, member, alias, line_of(node)))
    return found


def _handler(parsed: Parsed, node: Node, spans: _Spans) -> Handler:
    text = parsed.text(node)
    head = text.partition(":")[0].removeprefix("except").strip()
    caught, _, alias = head.partition(" as ")
    inside = enclosing(spans, node.start_byte, node.end_byte)
    return Handler(caught.strip(), alias.strip(), text, line_of(node), end_line_of(node), inside)


def _assignment(
    parsed: Parsed, node: Node, spans: _Spans, classes: _Spans, names: list[str]
) -> Assignment:
    owner = enclosing(classes, node.start_byte, node.end_byte)
    return Assignment(
        parsed.text(node.child_by_field_name("left")),
        parsed.text(node.child_by_field_name("type")),
        parsed.text(node.child_by_field_name("right")),
        line_of(node),
        enclosing(spans, node.start_byte, node.end_byte),
        names[owner] if owner >= 0 else "",
    )


def read_python(path: str, text: str) -> Module:
    """Read one Python file, of any version. Never fails; `error_line` tells where it gave up."""
    parsed = parse(_LANGUAGE, _QUERY, text.encode("utf-8", "replace"))
    found = parsed.captures
    functions, classes = list(found.get("function", ())), list(found.get("class", ()))
    spans, class_spans = _spans(functions), _spans(classes)
    names = [parsed.text(c.child_by_field_name("name")) for c in classes]
    imports = [*found.get("import", ()), *found.get("from", ())]
    return Module(
        path,
        "python",
        parsed.clean.decode("utf-8", "replace"),
        text,
        tuple(_function(parsed, n, spans, class_spans, names) for n in functions),
        tuple(_class(parsed, n) for n in classes),
        tuple(_call(parsed, n, spans) for n in found.get("call", ())),
        tuple(
            _assignment(parsed, n, spans, class_spans, names) for n in found.get("assignment", ())
        ),
        (),
        tuple(i for n in imports for i in _imports(parsed, n)),
        tuple(_handler(parsed, n, spans) for n in found.get("handler", ())),
        parsed.error_line,
    )
