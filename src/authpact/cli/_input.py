"""Files that a person names: read as text, or refused with what is wrong and how to mend it."""

from pathlib import Path

from authpact.errors import AuthpactError


def read_text(file: Path, remedy: str = "") -> str:
    """Return the text of a file. Raises AuthpactError when it cannot be read as UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        tail = f"; {remedy}" if remedy else ""
        raise AuthpactError(f"{file}: {error.strerror}{tail}") from None
    except UnicodeDecodeError:
        raise AuthpactError(f"{file}: is not UTF-8 text") from None
