"""Which rows a handler reaches by what the request names."""

import re
from typing import Final

_LOGGED: Final = re.compile(r"\b(?:logger|logging|log|print)\b(?:\.\w+)?\([^\n]*")
PERSON: Final = re.compile(
    r"^(?:App|Auth|Db)?(?:User|Account|Profile|Member)s?(?:DB|Model|Table|Row)?$"
)


def is_own_key(text: str, name: str) -> bool:
    """Whether a function uses a parameter once: as the key of the row of a person.

    Then it names the object that is reached, not the owner of other rows.
    """
    body = _LOGGED.sub("", text.partition(":\n")[2])
    if len(re.findall(rf"\b{name}\b", body)) != 1:
        return False
    found = re.search(
        rf"\b([A-Z]\w*)\.id\s*==\s*{name}\b|\.get\(\s*([A-Z]\w*)\s*,\s*{name}\s*\)", body
    )
    return found is not None and bool(PERSON.match(found[1] or found[2]))
