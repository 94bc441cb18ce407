"""Explain a requirement, or a field of the contract."""

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field

from authpact.contract import FieldReference, fields
from authpact.errors import AuthpactError
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace
from authpact.requirements import REQUIREMENTS


class Explained(BaseModel, use_attribute_docstrings=True):
    """A requirement, or the fields that were asked for."""

    requirement: str | None = None
    level: str | None = None
    sentence: str | None = None
    sources: list[str] = []
    checked_by: list[str] = []
    note: str = ""
    fields: list[str] = []
    """One line a field: path, meaning, what it may hold, default and the requirement it settles."""


def _line(field: FieldReference) -> str:
    default = f"; default {field.default}" if field.default is not None else ""
    settles = f"; settles {field.requirement}" if field.requirement else ""
    return f"{field.path}: {field.summary} Allowed: {field.allowed}{default}{settles}"


def _bind(workspace: Workspace) -> Callable[..., Explained]:
    del workspace

    def explain(
        *,
        subject: Annotated[
            str,
            Field(description="A requirement (`token:audience`) or a field (`token.lifetime`)."),
        ],
    ) -> Explained:
        """Explain a requirement with its sources, or a field of the contract with its limits."""
        row = REQUIREMENTS.get(subject)
        if row is not None:
            return Explained(
                requirement=row.id,
                level=row.level,
                sentence=row.sentence,
                sources=list(row.sources),
                checked_by=[check.value for check in row.checks],
                note=row.note,
            )
        found = [f for f in fields() if f.path == subject or f.path.startswith(f"{subject}.")]
        if not found:
            raise AuthpactError(
                f"no requirement and no field {subject}; authpact://requirements lists the former"
            )
        return Explained(fields=[_line(field) for field in found])

    return explain


TOOL = Tool("Explain a requirement or a field", _bind)
