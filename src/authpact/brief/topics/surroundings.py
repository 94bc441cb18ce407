"""What the contract only notes: `database`, `ids`, and the phase in `project.scope`."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading

_DATABASES: Final = (
    ("postgresql", r"postgres(?:ql)?|neon|pg"),
    ("mysql", r"mysql"),
    ("mariadb", r"mariadb"),
    ("sqlite", r"sqlite\d?|libsql|turso"),
    ("mongodb", r"mongo(?:db)?"),
    ("cockroachdb", r"cockroach(?:db)?"),
    ("mssql", r"sql ?server|mssql"),
)
_DATABASE: Final = re.compile(
    "|".join(f"(?P<d{i}>\\b(?:{words})\\b)" for i, (_, words) in enumerate(_DATABASES)),
    re.IGNORECASE,
)
_IDS: Final = re.compile(
    r"\b(?P<uuid>uuids?(?:v?[47])?)\b|\b(?P<ulid>ulids?)\b|\b(?P<cuid>cuids?)\b|"
    r"\b(?P<integer>(?:integer|numeric|serial|auto-?increment(?:ing)?) (?:ids?|keys?|primary keys?))\b",
    re.IGNORECASE,
)
_PHASE: Final = re.compile(
    r"\bphase[ -]?(?P<n>iv|v|iii|ii|i|[1-5]|one|two|three|four|five)\b", re.IGNORECASE
)
_ROMAN: Final = {
    "1": "I", "one": "I", "2": "II", "two": "II", "3": "III", "three": "III",
    "4": "IV", "four": "IV", "5": "V", "five": "V",
}  # fmt: skip


def find(reading: Reading) -> Iterator[Mention]:
    """Yield the database, the kind of ids and the phase a brief names."""
    for sentence in reading.sentences:
        for match in _DATABASE.finditer(sentence.text):
            name = _DATABASES[int(str(match.lastgroup)[1:])][0]
            yield mention(sentence, "database", name, match.span())
        for match in _IDS.finditer(sentence.text):
            yield mention(sentence, "ids", str(match.lastgroup), match.span())
        for match in _PHASE.finditer(sentence.text):
            name = match["n"].lower()
            yield mention(
                sentence, "project.scope", f"Phase {_ROMAN.get(name, name.upper())}", match.span()
            )
