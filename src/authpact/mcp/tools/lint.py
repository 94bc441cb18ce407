"""Run the checklist over an authentication document."""

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field

from authpact.compile import SPECIFICATION, checklist
from authpact.mcp._arguments import ContractArgument
from authpact.mcp._judgement import Fault, fault
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace


class Linted(BaseModel, use_attribute_docstrings=True):
    """What the checklist found."""

    clean: bool
    """True when nothing was found: the document may be handed over."""
    findings: list[Fault]


def _bind(workspace: Workspace) -> Callable[..., Linted]:
    def lint(
        *,
        document: Annotated[
            str, Field(description="The text of the document.", max_length=1_000_000)
        ] = "",
        file: Annotated[
            str, Field(description="Instead of the text: a Markdown file of the folder.")
        ] = "",
        contract: ContractArgument = "",
        alone: Annotated[
            bool, Field(description="Judge the document without holding it against a contract.")
        ] = False,
    ) -> Linted:
        """Run the checklist over a specification or a design document, whoever wrote it.

        Held against the contract too, unless `alone`. Without `document` and `file` the
        specification of the folder is judged.
        """
        name = file or SPECIFICATION
        text = document or workspace.text(name)
        found = checklist(text, None if alone else workspace.contract(contract), name)
        return Linted(clean=not found, findings=[fault(finding) for finding in found])

    return lint


TOOL = Tool("Judge an authentication document", _bind)
