"""Which environment variables a document lists, and which it mentions."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.compile._document import Document, Part
from authpact.compile._environment import variables
from authpact.contract import Contract

_SECTION: Final = r"^environment"
_NAME: Final = re.compile(
    r"\b(?!INVALID_|MISSING_)(?:NEXT_PUBLIC_[A-Z0-9_]+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_"
    r"(?:SECRETS?|URL|URI|KEYS?|KID|ISSUER|AUDIENCE|ORIGINS?|CONTRACT|TTL|ALGORITHM|EXPIRY|"
    r"LIFETIME|LEEWAY|DSN|MIGRATE))\b"
)
_ROW: Final = re.compile(r"^\s*\|\s*[`*]*([A-Z][A-Z0-9_]{2,})\b")
_ITEM: Final = re.compile(r"^\s*(?:[-*]|\d+\.)\s*[`*]*([A-Z][A-Z0-9_]{2,})\b")


def section(document: Document) -> Part | None:
    """Return the section that lists the variables."""
    return document.part(_SECTION)


def listed(document: Document, part: Part | None = None) -> dict[str, int]:
    """Return the variables of the section, or of a part of it, with their first line.

    Where there is a table, its rows are the list and items are remarks about it.
    """
    place = part or section(document)
    return {} if place is None else _first(document, place, _ROW) or _first(document, place, _ITEM)


def _first(document: Document, place: Part, pattern: re.Pattern[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number in range(place.line, place.end + 1):
        match = pattern.match(document.lines[number - 1])
        if match:
            found.setdefault(match[1], number)
    return found


def mentioned(document: Document, contract: Contract | None) -> Iterator[tuple[str, int]]:
    """Yield every variable named anywhere, code included, with its line."""
    for line, match in document.scan(_NAME):
        yield match[0], line
    unusual = [v.name for v in variables(contract) if not _NAME.search(v.name)] if contract else []
    for name in unusual:
        for line, _match in document.scan(re.compile(rf"\b{name}\b")):
            yield name, line
