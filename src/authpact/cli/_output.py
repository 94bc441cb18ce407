"""Where text goes: results to stdout or a file, progress and complaints to stderr."""

import json
import shutil
import sys
from pathlib import Path
from typing import Final

from authpact.errors import AuthpactError

_NARROW: Final = 80
_WIDE: Final = 120


def complain(text: str, remedy: str = "") -> None:
    """Write an error for a person to stderr."""
    print(f"error: {text}", file=sys.stderr)
    if remedy:
        print(f"  {remedy}", file=sys.stderr)


def progress(text: str) -> None:
    """Write one line of progress to stderr."""
    print(text, file=sys.stderr, flush=True)


def width() -> int:
    """Return the columns that a terminal report may use."""
    return min(max(shutil.get_terminal_size((_NARROW, 24)).columns, _NARROW), _WIDE)


def emit(text: str, output: Path | None = None) -> None:
    """Write a result to the file, or to stdout. Raises AuthpactError when it cannot be written."""
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AuthpactError(f"{output} cannot be written: {error.strerror}") from error


def as_json(value: object) -> str:
    """Render a result as the JSON that others script against."""
    return json.dumps(value, indent=2, ensure_ascii=False)
