"""Durations in words, for documents: `15 minutes`, `7 days`."""

from typing import Final

_UNITS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"))


def spoken(seconds: int) -> str:
    """Write seconds in the largest unit that divides them."""
    for size, name in _UNITS:
        if seconds and seconds % size == 0:
            return _count(seconds // size, name)
    return _count(seconds, "second")


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
