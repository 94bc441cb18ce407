"""The files of a project that may say something, each read once, whatever else lies there."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SKIPPED: Final = frozenset(
    {"node_modules", ".git", ".next", ".venv", "venv", "dist", "build", "__pycache__", ".mypy_cache", "out", "coverage", "site-packages", "migrations"}
)  # fmt: skip
_ENDINGS: Final = (".py", ".ts", ".tsx", ".js", ".mjs", ".json", ".yaml", ".yml")
_LARGEST: Final = 400_000
_MOST: Final = 4000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One text file: its path from the project's folder, and its text."""

    path: str
    text: str

    def at(self, offset: int) -> str:
        """Return `path:line` of an offset."""
        return f"{self.path}:{self.text.count(chr(10), 0, offset) + 1}"


def tree(folder: Path) -> Iterator[SourceFile]:
    """Yield the readable files; links to folders, binary and huge files are passed over."""
    seen = 0
    for root, names, files in os.walk(folder, followlinks=False):
        names[:] = sorted(n for n in names if n not in _SKIPPED and not n.startswith(".git"))
        for name in sorted(files):
            if not (name.endswith(_ENDINGS) or name.startswith(".env")) or name.endswith(
                "lock.json"
            ):
                continue
            seen += 1
            if seen > _MOST:
                return
            text = _text(Path(root) / name)
            if text is not None:
                yield SourceFile(str((Path(root) / name).relative_to(folder)), text)


def _text(path: Path) -> str | None:
    """Return the text of a plain file, None for everything else."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        data = path.read_bytes()
        return None if b"\0" in data else data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
