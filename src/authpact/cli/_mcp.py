from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from authpact.errors import AuthpactError


def mcp(  # each parameter is an option of the command
    *,
    contract: Path = Path("authpact.toml"),
    http: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    host: str = "127.0.0.1",
    port: int = 8765,
    allow_write: Path | None = None,
    allow_probe: Annotated[bool, Parameter(negative="", show_default=False)] = False,
) -> int:
    """Serve the same functions to an editor's agent (Model Context Protocol), over stdio.

    Read-only unless it is allowed more.

    Parameters
    ----------
    contract
        The contract; its folder is what the tools see.
    http
        Serve streamable HTTP at `/mcp` instead of stdio, on this machine alone.
    host
        A loopback address.
    port
        The port of HTTP.
    allow_write
        Let the tool `compile` write below this folder.
    allow_probe
        Let the tool `probe` send requests to development systems.
    """
    try:
        from authpact.mcp import Workspace, serve_http, serve_stdio  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        raise AuthpactError(
            f"{error.name} is not installed; pip install 'authpact[cli,mcp]' brings the server"
        ) from None
    workspace = Workspace(contract, allow_write, allow_probe)
    if http:
        serve_http(workspace, host, port)
    else:
        serve_stdio(workspace)
    return 0
