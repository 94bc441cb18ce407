"""TypeScript and JavaScript text → facts."""

import re
from typing import Final

import tree_sitter_typescript
from tree_sitter import Language, Node, Query

from authpact.review.source._model import (
    Argument,
    Assignment,
    Call,
    Function,
    Handler,
    Import,
    Module,
    Parameter,
)
from authpact.review.source._pattern import lazy
from authpact.review.source._syntax import Parsed, enclosing, end_line_of, line_of, named, parse

_PATTERNS: Final = """
    (function_declaration) @function
    (arrow_function) @function
    (method_definition) @function
    (function_expression) @function
    (call_expression) @call
    (new_expression) @call
    (variable_declarator) @variable
    (assignment_expression) @assignment
    (pair) @pair
    (import_statement) @import
    (catch_clause) @handler
    (comment) @comment
"""
_TS: Final = Language(tree_sitter_typescript.language_typescript())
_TSX: Final = Language(tree_sitter_typescript.language_tsx())
_TS_QUERY: Final = Query(_TS, _PATTERNS)
_TSX_QUERY: Final = Query(_TSX, _PATTERNS)
_NAMED: Final = lazy(r"(?:type\s+)?([\w$]+)(?:\s+as\s+([\w$]+))?")
_CAST: Final = lazy(r"^\(\s*(\w+)\s+as\s+[^()]*\)(?=\s*[!?]?\.)")
"""A name with another type in front of its method."""
_TAGGED: Final = lazy(r"(?<=\w)<(?:[^<>`()]|<[^<>`()]*>)*>(?=`)")
"""Types of a tagged template, as in ``sql<Row>`…` ``."""
_IMPORTED_TYPE: Final = lazy(r"\bimport\(\s*[\"'][^\"'\n]*[\"']\s*\)(?=\.\w+(?:\.\w+)*\[)")
"""A type of another file of which a part is taken: `import("./types").Row["id"]`."""
_Spans = list[tuple[int, int, int]]


def _arguments(parsed: Parsed, node: Node | None) -> tuple[Argument, ...]:
    if node is None or node.type != "arguments":
        return ()
    return tuple(Argument("", parsed.text(c), line_of(c)) for c in named(node))


def _call(parsed: Parsed, node: Node, spans: _Spans) -> Call:
    callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
    # `await x<T>()` is read as a call of what is awaited.
    written = _CAST.sub(r"\1", parsed.text(callee).removeprefix("await "))
    name = "".join(written.split()).replace("?.", ".").replace("!.", ".")
    return Call(
        name,
        _arguments(parsed, node.child_by_field_name("arguments")),
        line_of(node),
        end_line_of(node),
        node.start_byte,
        node.end_byte,
        enclosing(spans, node.start_byte, node.end_byte),
    )


def _name(parsed: Parsed, node: Node) -> str:
    own = node.child_by_field_name("name")
    if own is not None:
        return parsed.text(own)
    parent = node.parent
    if parent is None:
        return ""
    label = parent.child_by_field_name("name") or parent.child_by_field_name("key")
    return parsed.text(label)


def _parameters(parsed: Parsed, node: Node) -> tuple[Parameter, ...]:
    inside = node.child_by_field_name("parameters")
    if inside is None:
        single = node.child_by_field_name("parameter")
        return (Parameter(parsed.text(single), "", "", line_of(node)),) if single else ()
    found = []
    for child in named(inside):
        pattern = child.child_by_field_name("pattern")
        annotation = parsed.text(child.child_by_field_name("type")).lstrip(": ")
        default = parsed.text(child.child_by_field_name("value"))
        found.append(Parameter(parsed.text(pattern or child), annotation, default, line_of(child)))
    return tuple(found)


def _function(parsed: Parsed, node: Node, spans: _Spans) -> Function:
    body = node.child_by_field_name("body")
    return Function(
        _name(parsed, node),
        line_of(node),
        end_line_of(node),
        node.start_byte,
        node.end_byte,
        enclosing(spans, node.start_byte, node.end_byte),
        "",
        node.children[0].type == "async" if node.children else False,
        (),
        _parameters(parsed, node),
        parsed.text(node),
        line_of(body) if body else line_of(node),
    )


def _assignment(parsed: Parsed, node: Node, spans: _Spans) -> Assignment:
    target = (
        node.child_by_field_name("name")
        or node.child_by_field_name("left")
        or node.child_by_field_name("key")
    )
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    return Assignment(
        parsed.text(target).strip("\"'"),
        parsed.text(node.child_by_field_name("type")).lstrip(": "),
        parsed.text(value),
        line_of(node),
        enclosing(spans, node.start_byte, node.end_byte),
        "",
    )


def _imports(parsed: Parsed, node: Node) -> list[Import]:
    source = parsed.text(node.child_by_field_name("source")).strip("\"'`")
    line = line_of(node)
    text = parsed.text(node)
    if re.match(r"import\s+type\b", text):
        return []
    clause = text.rpartition(" from")[0].removeprefix("import").strip()
    found = []
    outside, _, braces = clause.partition("{")
    for part in outside.split(","):
        label = part.strip().removeprefix("* as ").strip()
        if label:
            found.append(Import(source, "default", label, line))
    for part in braces.rstrip("} ").split(","):
        match = _NAMED.match(part.strip())
        if match:
            found.append(Import(source, match[1], match[2] or match[1], line))
    return found or [Import(source, "", "", line)]


def _handler(parsed: Parsed, node: Node, spans: _Spans) -> Handler:
    return Handler(
        "",
        parsed.text(node.child_by_field_name("parameter")),
        parsed.text(node.child_by_field_name("body")),
        line_of(node),
        end_line_of(node),
        enclosing(spans, node.start_byte, node.end_byte),
    )


def _parsed(path: str, text: str) -> Parsed:
    """Parse a file; types that the grammar does not know are blanked when it stumbles."""
    plain = path.endswith((".ts", ".mts", ".cts"))
    language, query = (_TS, _TS_QUERY) if plain else (_TSX, _TSX_QUERY)
    parsed = parse(language, query, text.encode("utf-8", "replace"))
    if not parsed.error_line:
        return parsed
    known = _IMPORTED_TYPE.sub(lambda m: "_" * len(m[0]), _TAGGED.sub(_spaces, text))
    return parsed if known == text else parse(language, query, known.encode("utf-8", "replace"))


def _spaces(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def read_script(path: str, text: str) -> Module:
    """Read one file. Never fails; `error_line` tells where it gave up."""
    parsed = _parsed(path, text)
    found = parsed.captures
    functions = list(found.get("function", ()))
    spans = sorted((n.start_byte, n.end_byte, i) for i, n in enumerate(functions))
    variables = [*found.get("variable", ()), *found.get("assignment", ())]
    return Module(
        path,
        "script",
        parsed.clean.decode("utf-8", "replace"),
        text,
        tuple(_function(parsed, n, spans) for n in functions),
        (),
        tuple(_call(parsed, n, spans) for n in found.get("call", ())),
        tuple(_assignment(parsed, n, spans) for n in variables),
        tuple(_assignment(parsed, n, spans) for n in found.get("pair", ())),
        tuple(i for n in found.get("import", ()) for i in _imports(parsed, n)),
        tuple(_handler(parsed, n, spans) for n in found.get("handler", ())),
        parsed.error_line,
    )
