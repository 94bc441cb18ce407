"""What the loader says about a contract: where, what, how to mend it and which requirement."""

from dataclasses import dataclass
from typing import Literal

from authpact.errors import AuthpactError


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One error or warning; line and column count from 1 and point at the key."""

    severity: Literal["error", "warning"]
    line: int
    column: int
    field: str
    message: str
    remedy: str
    requirement: str | None = None

    def __str__(self) -> str:
        tail = f" [{self.requirement}]" if self.requirement else ""
        return (
            f"{self.line}:{self.column} {self.severity}: {self.field}: {self.message}{tail}"
            f"\n    {self.remedy}"
        )


class ContractError(AuthpactError):
    """The contract cannot be used; `diagnostics` holds every error and warning at once."""

    def __init__(self, source: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.source = source
        self.diagnostics = diagnostics
        lines = [f"{source}:{diagnostic}" for diagnostic in diagnostics]
        super().__init__("\n".join(lines))
