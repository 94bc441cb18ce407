"""The MCP server: the same functions for an editor's agent, read-only unless it is allowed more."""

from authpact.mcp._serve import serve_http, serve_stdio
from authpact.mcp._server import build
from authpact.mcp._workspace import Workspace

__all__ = ["Workspace", "build", "serve_http", "serve_stdio"]
