"""Durations as people write them: `15m`, `10s`, `7d`; everywhere else a number of seconds."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"(\d{1,9})\s*([smhd])")


def parse_duration(value: object) -> int:
    """Turn `"15m"` or a whole number of seconds into seconds.

    Raises ValueError for anything else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write a duration as a number and a unit, such as "15m", "10s" or "7d"')
    return int(match[1]) * _UNITS[match[2]]


def render_duration(seconds: int) -> str:
    """Write seconds the way parse_duration reads them, in the largest unit that fits."""
    for unit in ("d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


Seconds = Annotated[
    int,
    BeforeValidator(parse_duration),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^\d{1,9}\s*[smhd]$"}, {"type": "integer"}]}
    ),
]
"""A duration: an int of seconds in Python, `"15m"` in TOML."""
