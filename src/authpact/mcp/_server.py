"""The server: every tool of `mcp/tools`, the resources and the prompts over one workspace."""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from importlib.metadata import version
from typing import Final, ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel

from authpact.errors import AuthpactError
from authpact.mcp import tools as package
from authpact.mcp._prompts import add_prompts
from authpact.mcp._resources import add_resources
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace

_P = ParamSpec("_P")
_R = TypeVar("_R", bound=BaseModel)

_INSTRUCTIONS: Final = (
    "authpact designs and writes the JWT authentication between Next.js + Better Auth and "
    "FastAPI. Start with `design` and the brief word for word. Put its deviations and its "
    "questions (three at most) to the person, call `answer`, then hand over the documents as "
    "they are. Nothing here needs the network or a language model."
)


def tools() -> dict[str, Tool]:
    """Return every tool by name."""
    found: dict[str, Tool] = {}
    for info in pkgutil.iter_modules(package.__path__):
        tool = importlib.import_module(f"{package.__name__}.{info.name}").TOOL
        if not isinstance(tool, Tool):
            raise TypeError(f"{package.__name__}.{info.name}.TOOL is not a Tool")
        found[info.name] = tool
    return found


def build(workspace: Workspace) -> MCPServer[dict[str, object]]:
    """Return the server over a workspace; nothing is read before a client asks."""
    server: MCPServer[dict[str, object]] = MCPServer(
        "authpact",
        title="authpact",
        version=version("authpact"),
        instructions=_INSTRUCTIONS,
        log_level="WARNING",
    )
    for name, tool in tools().items():
        function = tool.bind(workspace)
        server.add_tool(
            _clear(function),
            name=name,
            title=tool.title,
            description=inspect.getdoc(function),
            annotations=ToolAnnotations(
                read_only_hint=not tool.writes,
                destructive_hint=False,
                idempotent_hint=not tool.reaches_out,
                open_world_hint=tool.reaches_out,
            ),
        )
    add_resources(server, workspace)
    add_prompts(server)
    return server


def _clear(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the function with expected failures as texts for the client, not as crashes."""

    @functools.wraps(function)
    def called(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except AuthpactError as error:
            raise ToolError(str(error)) from None

    return called
