"""The command line: a command parses, calls one function and renders."""

from authpact.cli._app import main

__all__ = ["main"]
