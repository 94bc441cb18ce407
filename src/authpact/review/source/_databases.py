"""Databases that lie in a tree: whether they hold what people sign in with."""

import re
from typing import Final

from authpact.review.source._pattern import lazy

_NAMED: Final = lazy(r"\.(?:db|sqlite3?|db3)(?:-wal|-journal)?$", re.IGNORECASE)
_HASH: Final = re.compile(
    rb"[0-9a-f]{32}:[0-9a-f]{128}|\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$v=\d+\$m="
    rb"|\$scrypt\$ln=|pbkdf2(?:_sha\d+\$\d+|:sha\d+:\d+|-sha\d+)\$"
)
_ISSUED: Final = re.compile(
    rb"gh[opsur]_[A-Za-z0-9]{36}|\bya29\.[\w-]{40}|\beyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{20}"
)
"""What a provider of sign-in hands out, as the table of linked accounts keeps it."""
_ADDRESS: Final = re.compile(rb"[\w.+-]{1,64}@([\w-]+(?:\.[\w-]+)*\.[a-z]{2,12})")
_MADE_UP: Final = re.compile(
    rb"(?:^|\.)(?:example\.(?:com|org|net)|test\.(?:com|local)|[\w-]+\.(?:test|example|invalid)(?![\w.-]*\.))"
)
MOST: Final = 16_000_000
"""Bytes of a database that are looked through."""


def is_database(path: str) -> bool:
    """Whether a file is named like a database of SQLite."""
    return bool(_NAMED.search(path))


def holds_accounts(data: bytes) -> bool:
    """Whether the bytes of a database hold hashes of passwords or tokens, not of trials alone."""
    if not _HASH.search(data) and not _ISSUED.search(data):
        return False
    homes = set(_ADDRESS.findall(data))
    return not homes or any(not _MADE_UP.search(h) for h in homes)
