"""A contract written whole or not at all."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from authpact.cli._output import progress
from authpact.cli._replace import replace_file
from authpact.errors import AuthpactError

_KEPT: Final = (
    "{} exists and is kept; say --update to change it, or name another file with --output"
)


def must_be_free(output: Path, format: str) -> None:  # noqa: A002
    """Say before any question is asked that a file is in the way. Raises AuthpactError."""
    if format == "terminal" and str(output) != "-" and output.exists():
        raise AuthpactError(_KEPT.format(output))


def create(text: str, output: Path) -> int:
    """Write a new file, never over an existing one; `-` is stdout. Raises AuthpactError."""
    if str(output) == "-":
        sys.stdout.write(text)
        return 0
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        draft = _beside(text, output)
        try:
            os.link(draft, output)
        finally:
            draft.unlink()
    except FileExistsError:
        raise AuthpactError(_KEPT.format(output)) from None
    except OSError as error:
        raise AuthpactError(f"{output} cannot be written: {error.strerror}") from None
    progress(f"wrote {output}; next: authpact compile --contract {output}")
    return 0


def replace(text: str, output: Path) -> None:
    """Put the text in the place of an existing file in one step. Raises AuthpactError."""
    try:
        replace_file(output, text.encode())
    except OSError as error:
        raise AuthpactError(f"{output} cannot be written: {error.strerror}") from None


def _beside(text: str, output: Path) -> Path:
    """Write to a file of another name in the same folder, so that the last step is one rename."""
    handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    Path(name).chmod(0o644)
    return Path(name)
