"""Write the specification of a contract."""

from collections.abc import Callable

from pydantic import BaseModel

from authpact.compile import SPECIFICATION, checklist, render
from authpact.contract import digest
from authpact.mcp._arguments import ContractArgument
from authpact.mcp._judgement import Fault, fault
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace


class Specified(BaseModel, use_attribute_docstrings=True):
    """The specification with the result of its checklist."""

    contract: str
    """Digest of the contract it was written from."""
    path: str
    """Where the document belongs in the project."""
    document: str
    """The whole document; hand it over as it is."""
    findings: list[Fault]
    """What its own checklist found; empty when it may be handed over."""


def _bind(workspace: Workspace) -> Callable[..., Specified]:
    def spec(*, contract: ContractArgument = "") -> Specified:
        """Write the testable specification: eleven sections, each criterion with its probe."""
        source = workspace.contract(contract)
        (file,) = render(source, ["spec"])
        found = checklist(file.text, source, SPECIFICATION)
        return Specified(
            contract=digest(source),
            path=file.path,
            document=file.text,
            findings=[fault(finding) for finding in found],
        )

    return spec


TOOL = Tool("Write the specification", _bind)
