"""Take answers and accepted deviations into a draft."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from authpact.mcp._arguments import AcceptArgument, AnswersArgument
from authpact.mcp._designed import Designed, designed
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace


def _bind(workspace: Workspace) -> Callable[..., Designed]:
    def answer(
        *,
        draft: Annotated[str, Field(description="The `draft` that design or questions returned.")],
        answers: AnswersArgument = {},  # noqa: B006  # read only; the schema shows the default
        accept: AcceptArgument = {},  # noqa: B006
    ) -> Designed:
        """Take the person's answers into a draft and return the design with a new draft id.

        Answers add up over calls; what nobody answers stays an assumption.
        """
        before = workspace.drafts.get(draft)
        kept = replace(
            before,
            answers={**before.answers, **answers},
            accepted={**before.accepted, **accept},
        )
        result = designed(kept)
        workspace.drafts.keep(kept)
        return result

    return answer


TOOL = Tool("Answer questions", _bind)
