"""Report every error and warning of a contract."""

from collections.abc import Callable
from dataclasses import asdict

from pydantic import BaseModel

from authpact.contract import digest, parse
from authpact.mcp._arguments import ContractArgument
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace


class Problem(BaseModel, use_attribute_docstrings=True):
    """One error or warning; line and column count from 1."""

    severity: str
    line: int
    column: int
    field: str
    message: str
    remedy: str
    requirement: str | None


class Checked(BaseModel, use_attribute_docstrings=True):
    """Whether the contract can be used."""

    usable: bool
    """False when there is an error; warnings alone do not stop anything."""
    digest: str | None
    """12 hexadecimal digits of a usable contract."""
    problems: list[Problem]


def _bind(workspace: Workspace) -> Callable[..., Checked]:
    def contract_check(*, contract: ContractArgument = "") -> Checked:
        """Report every error and warning of a contract with line, column and remedy."""
        parsed = parse(workspace.contract_text(contract))
        return Checked(
            usable=parsed.contract is not None,
            digest=digest(parsed.contract) if parsed.contract else None,
            problems=[Problem.model_validate(asdict(d)) for d in parsed.diagnostics],
        )

    return contract_check


TOOL = Tool("Check a contract", _bind)
