"""The command line: a command parses, calls one function and renders."""

import sys


def main() -> None:
    """Enter from the console script; say what to install where the extra is missing."""
    try:
        from authpact.cli._app import run  # noqa: PLC0415  # needs the extra
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is not installed", file=sys.stderr)
        print("  the commands need: pip install 'authpact[cli]'", file=sys.stderr)
        raise SystemExit(2) from None
    raise SystemExit(run(sys.argv[1:]))


__all__ = ["main"]
