"""A `.env` file of which some values change: every other line stays, byte for byte."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from authpact.cli._replace import replace_file
from authpact.errors import AuthpactError


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The file and its lines, with their line ends."""

    file: Path
    lines: tuple[str, ...]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a file. Raises AuthpactError when that is not possible."""
        try:
            with file.open(encoding="utf-8", newline="") as stream:
                return cls(file, tuple(stream.read().splitlines(keepends=True)))
        except OSError as error:
            raise AuthpactError(f"{file}: {error.strerror}; authpact secret makes one") from None
        except UnicodeDecodeError:
            raise AuthpactError(f"{file}: is not UTF-8 text") from None

    def value(self, name: str) -> str:
        """Return a value without its quotes. Raises AuthpactError unless it is set exactly once."""
        value = self.lines[self._line(name)].partition("=")[2].strip()
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        return value[1:-1] if quoted else value

    def write(self, values: Mapping[str, str]) -> None:
        """Replace the values at once or not at all; the rights of the file stay.

        Raises AuthpactError when the file cannot be written.
        """
        lines = list(self.lines)
        for name, value in values.items():
            number = self._line(name)
            end = lines[number][len(lines[number].rstrip("\r\n")) :]
            lines[number] = f"{lines[number].partition('=')[0]}={value}{end}"
        try:
            replace_file(self.file.resolve(), "".join(lines).encode())
        except OSError as error:
            raise AuthpactError(f"{self.file} cannot be written: {error.strerror}") from None

    def _line(self, name: str) -> int:
        pattern = re.compile(rf"\s*(export\s+)?{name}\s*=")
        found = [number for number, line in enumerate(self.lines) if pattern.match(line)]
        if len(found) != 1:
            raise AuthpactError(f"{self.file}: {name} must be set once, and is {len(found)} times")
        return found[0]
