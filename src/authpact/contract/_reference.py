"""Every field of the contract with its meaning: for `explain`, diagnostics and the reference."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from authpact.contract._docstrings import describe
from authpact.contract._duration import render_duration
from authpact.contract._fields import FIELD_REQUIREMENTS
from authpact.contract._model import Contract
from authpact.contract._render import DURATIONS


@dataclass(frozen=True, slots=True)
class FieldReference:
    """One field: `path` uses `*` for a name or an index, `default` is written as in TOML."""

    path: str
    summary: str
    allowed: str
    default: str | None
    requirement: str | None


def table_in(annotation: object) -> type[BaseModel] | None:
    """Return the model that an annotation holds, directly or as an item; None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for a in get_args(annotation) if (found := table_in(a))), None)


def keys_at(path: tuple[str | int, ...]) -> list[str]:
    """List the keys that may stand in the table at this key path."""
    model: type[BaseModel] | None = Contract
    named = False
    for part in path:
        if isinstance(part, int) or named:
            named = False
            continue
        field = model.model_fields.get(part) if model else None
        model = table_in(field.annotation) if field else None
        named = field is not None and str(field.annotation).startswith("dict")
    return [] if named or model is None else list(model.model_fields)


def _limits(field: FieldInfo, name: str) -> str:
    bounds = {
        side: getattr(item, side)
        for item in field.metadata
        for side in ("ge", "le")
        if hasattr(item, side)
    }
    if name in DURATIONS and bounds:
        return f"{render_duration(bounds['ge'])} to {render_duration(bounds['le'])}"
    values = [a for a in get_args(field.annotation) if isinstance(a, (str, int))]
    if values:
        return " | ".join(json.dumps(value) for value in values)
    return {"str": "text", "int": "number"}.get(
        getattr(field.annotation, "__name__", ""), "see the examples"
    )


def _default(field: FieldInfo, name: str) -> str | None:
    value = field.default
    if value is PydanticUndefined or value is None or isinstance(value, BaseModel):
        return None
    if name in DURATIONS:
        return json.dumps(render_duration(value))
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def _walk(model: type[BaseModel], prefix: str) -> Iterator[FieldReference]:
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        inner = table_in(field.annotation)
        star = "" if field.annotation is inner else ".*"
        summary = (field.description or (inner.__doc__ if inner else "") or "").strip()
        yield FieldReference(
            path,
            summary,
            "a table" if inner and not star else "tables" if inner else _limits(field, name),
            _default(field, name),
            FIELD_REQUIREMENTS.get(path),
        )
        if inner is not None:
            yield from _walk(inner, f"{path}{star}.")


def fields() -> tuple[FieldReference, ...]:
    """Return every field of the format, in the order of the file."""
    describe()
    return tuple(_walk(Contract, ""))
