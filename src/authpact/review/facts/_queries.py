"""Rows that are loaded by id in texts: SQL, Mongo filters, chains of a client, repositories."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

OWNER: Final = (
    r"(?:user_?id|owner(?:_id)?|author_id|creator_id|created_by(?:_id)?|uploader_id|uploaded_by"
    r"|account_id|customer_id|member_id|initiated_by|submitted_by|requested_by)"
)
_PERSONS: Final = lazy(
    r"^(?:auth_?|app_?)?(?:users?|accounts?|sessions?|profiles?)$", re.IGNORECASE
)
_ASKED: Final = (
    r"(?i:\b(?:FROM|UPDATE)\s+\"?(\w+)\"?\b[^;\"']{{0,300}}?"
    r"\bWHERE\b[^;\"']{{0,200}}?\b{owner}\s*=)"
)
_WHERE: Final = lazy(r"\bWHERE\s+(?:\w+\.)?id\s*=\s*(?:\$1|%s|\?|:\w+|%\(\w+\)s|\{)", re.IGNORECASE)
_TABLE: Final = lazy(r"\b(?:FROM|UPDATE)\s+\"?(\w+)\"?", re.IGNORECASE)
_CHAIN: Final = lazy(r"\.(?:table|from_)\(\s*[\"'](\w+)[\"']\s*\)")
_ENDS: Final = lazy(r"\.execute\(")
_FILTER: Final = lazy(
    r"(\w+)[\"'\]]*\.(?:find\w*|update_\w+|delete_\w+|count_documents)\(\s*(\{[^{}]*\})"
)
_KEYS: Final = r"^\{{\s*[\"'](?:_id|id)[\"']\s*:\s*(?:\w+\(\s*)?{name}\b\)?\s*,?\s*\}}$"
_EQUALS: Final = r"\.(?:eq|match)\(\s*\{?\s*[\"']id[\"']\s*[,:]\s*(?:\w+\(\s*)?"
_AROUND: Final = 400


def _chains(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (table, calls, place) of each chain that a hosted database is asked with."""
    for found in _CHAIN.finditer(text):
        rest = text[found.end() : found.end() + _AROUND]
        end = _ENDS.search(rest)
        yield found[1], rest[: end.start()] if end else rest.partition("\n\n")[0], found.start()


class Tables:
    """The tables and collections of which some statement selects by the owner."""

    def __init__(self, modules: Iterable[Module], owner: str) -> None:
        self._said = re.compile(owner, re.IGNORECASE)
        asked, quoted = re.compile(_ASKED.format(owner=owner)), rf"[\"']{owner}[\"']"
        found: set[str] = set()
        for text in (m.code for m in modules if self._said.search(m.code)):
            found |= set(asked.findall(text))
            found |= {t for t, calls, _ in _chains(text) if re.search(quoted, calls)}
            found |= {c for c, keys in _FILTER.findall(text) if re.search(quoted, keys)}
        self.private = frozenset(t for t in found if not _PERSONS.match(t))

    def loads_in(self, text: str, name: str) -> Iterator[tuple[str, int]]:
        """Yield (table, place) of what a text loads by one value and by nothing else."""
        value, private = rf"(?<![\w.]){re.escape(name)}\b", self.private
        for found in _WHERE.finditer(text):
            before = text[max(0, found.start() - _AROUND) : found.start()]
            tables = _TABLE.findall(before)
            statement, _, given = text[found.end() - 1 : found.end() + _AROUND].partition(
                '"""' if '"""' in before else '"' if before.count('"') % 2 else "'"
            )
            whole = before[before.upper().rfind(tables[-1].upper()) :] + statement if tables else ""
            given = statement if found[0].endswith("{") else given.partition("\n\n")[0][:120]
            unsaid = bool(tables) and tables[-1] in private and not self._said.search(whole + given)
            if unsaid and re.search(value, given):
                yield tables[-1], found.start()
        for table, calls, place in _chains(text):
            asked = re.search(_EQUALS + value, calls)
            if table in private and asked and not self._said.search(calls):
                yield table, place
        for found in _FILTER.finditer(text):
            if found[1] in private and re.match(_KEYS.format(name=re.escape(name)), found[2]):
                yield found[1], found.start()


def named_store(name: str, kinds: Iterable[str]) -> re.Pattern[str]:
    """Return what a repository that is named after its rows is asked with, for one value."""
    stems = "|".join(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", k).lower() for k in kinds) or "(?!)"
    method = r"(?:get|get_by_id|get_one|find|find_by_id|by_id|delete|remove|fetch)"
    return re.compile(
        rf"\b(?:crud\.({stems})s?|({stems})s?_?(?:repo|repository|crud|dao|store))\.{method}\("
        rf"\s*(?:(?:db\s*=\s*)?(?:db|session)\s*,\s*)?(?:\w+\s*=\s*)?(?:\w+\(\s*)?{re.escape(name)}\b\)?\s*\)"
    )
