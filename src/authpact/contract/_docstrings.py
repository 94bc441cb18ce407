"""The docstring below each field becomes its description when a page or a schema asks for it.

Reading them at import would cost every start of an API the parsing of this package's source.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel

from authpact.contract import _model
from authpact.contract._model import Contract


@cache
def describe() -> None:
    """Give every field of every table its description, once."""
    tables = [
        table
        for table in vars(_model).values()
        if isinstance(table, type)
        and issubclass(table, BaseModel)
        and table.__module__ == _model.__name__
    ]
    texts = dict(_below_fields())
    for table in tables:
        for name, field in table.model_fields.items():
            field.description = texts.get((table.__name__, name))
    for table in tables:
        table.model_rebuild(force=True)


def _below_fields() -> Iterator[tuple[tuple[str, str], str]]:
    source = ast.parse(inspect.getsource(sys.modules[Contract.__module__]))
    for table in source.body:
        if not isinstance(table, ast.ClassDef):
            continue
        for field, below in zip(table.body, table.body[1:], strict=False):
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
                continue
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                yield (table.name, field.target.id), inspect.cleandoc(str(below.value.value))
