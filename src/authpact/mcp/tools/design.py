"""Design from a brief."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from authpact.brief import read_project
from authpact.mcp._arguments import AcceptArgument, AnswersArgument, BriefArgument
from authpact.mcp._designed import Designed, designed
from authpact.mcp._drafts import Kept
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace


def _bind(workspace: Workspace) -> Callable[..., Designed]:
    def design(
        *,
        brief: BriefArgument,
        answers: AnswersArgument = {},  # noqa: B006  # read only; the schema shows the default
        accept: AcceptArgument = {},  # noqa: B006
        existing: Annotated[
            bool, Field(description="Also read the project in the folder, where there is one.")
        ] = False,
    ) -> Designed:
        """Design the authentication from a brief: contract, document, questions, deviations.

        Complete at once: what the brief leaves open is assumed and labelled. Ask the person the
        questions and about every deviation, then call `answer` with the draft.
        """
        project = read_project(workspace.folder) if existing else ()
        kept = Kept(brief, dict(answers), dict(accept), project)
        result = designed(kept)
        workspace.drafts.keep(kept)
        return result

    return design


TOOL = Tool("Design from a brief", _bind)
