"""Review an existing integration: both languages together."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from authpact.contract import struck
from authpact.errors import AuthpactError
from authpact.mcp._judgement import Fault, fault
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace
from authpact.review import (
    Facts,
    findings_in,
    from_folder,
    inline,
    read_tree,
    without,
)


class Place(Fault, use_attribute_docstrings=True):
    """One finding in code."""

    file: str
    """Relative to the reviewed folder."""
    confidence: str


class Unread(BaseModel):
    """One file that could not be reviewed."""

    file: str
    reason: str


class Reviewed(BaseModel, use_attribute_docstrings=True):
    """What was found, the worst first; what somebody suppressed with a reason is left out."""

    clean: bool
    findings: list[Place]
    unreviewable: list[Unread]


def _bind(workspace: Workspace) -> Callable[..., Reviewed]:
    def review(
        *,
        folder: Annotated[
            str, Field(description="The folder with both sides, below that of the contract.")
        ] = ".",
    ) -> Reviewed:
        """Review an existing integration, Python and TypeScript together, without running it."""
        root = (workspace.folder / folder).resolve()
        if not root.is_relative_to(workspace.folder.resolve()) or not root.is_dir():
            raise AuthpactError(f"{folder}: is no folder below that of the contract")
        tree = read_tree(root)
        facts, accepted = Facts(tree), inline(tree) + from_folder(root)
        today = datetime.now(UTC).date()  # noqa: TID251  # suppressions end at a date
        found = without(findings_in(facts), accepted, today)
        return Reviewed(
            clean=not found,
            findings=[
                Place(
                    **fault(f).model_dump(exclude={"message"}),
                    message=struck(f.message),
                    file=f.location.file,
                    confidence=f.confidence.value,
                )
                for f in found
            ],
            unreviewable=[Unread(file=u.file, reason=u.reason) for u in facts.unreviewable],
        )

    return review


TOOL = Tool("Review an existing integration", _bind)
