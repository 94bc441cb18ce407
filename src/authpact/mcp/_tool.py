"""What one tool of the server is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from authpact.mcp._workspace import Workspace


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: its module's name is its name; `bind` gives the function that clients call."""

    title: str
    bind: Callable[[Workspace], Callable[..., BaseModel]]
    writes: bool = False
    """Whether it can change files, where the server was started with permission to."""
    reaches_out: bool = False
    """Whether it talks to another system, where the server was started with permission to."""
