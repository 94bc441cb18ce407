"""Ask what a brief leaves open."""

from collections.abc import Callable

from authpact.mcp._arguments import BriefArgument
from authpact.mcp._designed import Open, still_open
from authpact.mcp._drafts import Kept
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace


def _bind(workspace: Workspace) -> Callable[..., Open]:
    def questions(*, brief: BriefArgument) -> Open:
        """Return what to ask about a brief: three questions at most, and its deviations.

        The short form of `design`: no document. An empty list means the brief says enough.
        """
        kept = Kept(brief, {}, {})
        result = still_open(kept)
        workspace.drafts.keep(kept)
        return result

    return questions


TOOL = Tool("Ask what is open", _bind)
