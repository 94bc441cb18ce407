"""Which rows a handler reaches by what the request names."""

import re
from typing import Final

from authpact.review.facts._logs import LOGGED
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

PERSON: Final = lazy(r"^(?:App|Auth|Db)?(?:User|Account|Profile|Member)s?(?:DB|Model|Table|Row)?$")


def is_own_key(text: str, name: str) -> bool:
    """Whether a function uses a parameter once: as the key of the row of a person.

    Then it names the object that is reached, not the owner of other rows.
    """
    body = LOGGED.sub("", text.partition(":\n")[2])
    if len(re.findall(rf"\b{name}\b", body)) != 1:
        return False
    found = re.search(
        rf"\b([A-Z]\w*)\.id\s*==\s*{name}\b|\.get\(\s*([A-Z]\w*)\s*,\s*{name}\s*\)", body
    )
    return found is not None and bool(PERSON.match(found[1] or found[2]))


_TABLE: Final = lazy(r"__tablename__\s*=\s*[\"'](?:users?|accounts?|members?)[\"']")


def is_person(project: Project, name: str) -> bool:
    """Whether a class is the table of users, by its name or by that of its table."""
    found = project.classes.get(name)
    return bool(PERSON.match(name)) or (found is not None and bool(_TABLE.search(found[1].text)))


_WORDS: Final = (
    r"(?:user|person|owner|account|customer|member|employee|patient|student|learner|reader|author|holder"
    r"|shopper|buyer|seller|profile|subscriber|player|driver|rider)"
)
PRIVILEGED: Final = lazy(
    r"admin|superuser|\brole\b|require_role|service_key|internal", re.IGNORECASE
)
"""Code for administrators or other services, which may name whose rows they want."""
OWNER_COLUMN: Final = lazy(
    r"^\s+(?:user_?id|owner\w*|author_id|created_by|account_id)\b", re.MULTILINE | re.IGNORECASE
)
PERSON_ID: Final = rf"{_WORDS}(?:_?[iI]d|_?[sS]ub)?"


def is_only_an_id(project: Project, name: str) -> bool:
    """Whether a name speaks of a person of whom the tree keeps no rows of its own."""
    stem = re.sub(r"(?:_?id|_?sub)$", "", name, flags=re.IGNORECASE)
    return not any(c.lower() in {stem.lower(), f"{stem.lower()}s"} for c in project.classes)
