"""Two transports: stdio for a client that starts the server, HTTP on this machine alone."""

from ipaddress import ip_address
from typing import Final

from mcp.server.transport_security import TransportSecuritySettings

from authpact.errors import AuthpactError
from authpact.mcp._server import build
from authpact.mcp._workspace import Workspace

_LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")


def serve_stdio(workspace: Workspace) -> None:
    """Serve the client at stdin and stdout until it goes away."""
    build(workspace).run("stdio")


def serve_http(workspace: Workspace, host: str, port: int) -> None:
    """Serve streamable HTTP at `/mcp` until the process is stopped.

    Raises AuthpactError for an address that others could reach: the server asks nobody who they
    are.
    """
    if not _loopback(host):
        raise AuthpactError(
            f"{host} can be reached by others and this server has no login; "
            "serve 127.0.0.1 and put a proxy that authenticates in front of it"
        )
    build(workspace).run("streamable-http", host=host, port=port, transport_security=security(port))


def security(port: int) -> TransportSecuritySettings:
    """Return the check of Host and Origin that keeps web pages of other names out."""
    hosts = [f"{name}:{port}" for name in _LOOPBACK_NAMES]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[f"http://{name}" for name in hosts],
    )


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
