"""Facts of an existing project: routes, names, settings; evidence is a file and a line."""

from collections.abc import Iterator
from pathlib import Path

from authpact.brief._fact import Fact


def read_project(folder: Path) -> tuple[Fact, ...]:
    """Read a folder. Raises nothing for what it cannot read."""
    return tuple(_facts(folder))


def _facts(folder: Path) -> Iterator[Fact]:
    yield from ()
