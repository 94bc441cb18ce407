"""From the contract to documents, environment files and wiring of both sides."""

from authpact.compile._compile import Target, render, targets
from authpact.compile._development import development_env, fresh_secret
from authpact.compile._plan import OutputFile, Planned, State, plan, write

__all__ = [
    "OutputFile",
    "Planned",
    "State",
    "Target",
    "development_env",
    "fresh_secret",
    "plan",
    "render",
    "targets",
    "write",
]
