"""Functions stay below 40 lines and files below 300, so that each is read in one look."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [
    file
    for folder in ("src", "tests", "benchmarks", "docs")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "node_modules" not in file.parts
]


def long_functions(text: str) -> Iterator[str]:
    """Yield the functions that are too long; what a docstring says is no code."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node):
                lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            if lines > 40:
                yield f"{node.name}: {lines} lines"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_every_function_and_file_is_read_in_one_look(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert list(long_functions(text)) == []
    assert text.count("\n") <= 300


def test_a_long_function_is_seen() -> None:
    body = "    x = 1\n" * 41
    assert list(long_functions(f"def f():\n{body}")) == ["f: 42 lines"]
    assert list(long_functions(f'def f():\n    """{body}"""\n    return 1\n')) == []
