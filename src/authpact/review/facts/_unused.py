"""Which top-level names of Python modules nothing of the product refers to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_SILENT: Final = lazy(
    r"^[ \t]*(?:from\s+[\w.]+\s+import\s*(?:\([^)]*\)|[^\n]*)|import\s[^\n]*)"
    r"|^__all__[^=\n]*=\s*[\[(][^\])]*[\])]",
    re.MULTILINE,
)
"""Imports and lists of exports: they pass a name on and do nothing with it."""
_WORD: Final = lazy(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Definition:
    """A name that a module defines, with the lines of the definition."""

    module: Module
    name: str
    first: int
    last: int

    @property
    def key(self) -> Key:
        """File and name."""
        return self.module.path, self.name


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _aliases(project: Project, module: Module, names: frozenset[str]) -> dict[str, Key | None]:
    """Return what imported names mean; None when the tree does not tell."""
    found: dict[str, Key | None] = {}
    for one in module.imports:
        if one.name in names:
            meant = project.symbol(module, one.alias)
            found[one.alias] = (meant.module.path, meant.name) if meant else None
    return found


def _mentions(
    project: Project, module: Module, names: frozenset[str]
) -> Iterator[tuple[int, str, Key | None]]:
    """Yield (line, name, what it means) for each use of one of the names in a module."""
    aliases = _aliases(project, module, names)
    has_star = any(i.name == "*" for i in module.imports)
    for number, line in enumerate(_SILENT.sub(_blank, module.code).split("\n"), 1):
        for word in _WORD.findall(line):
            head, _, rest = word.partition(".")
            last = word.rpartition(".")[2]
            if not rest and word in aliases:
                meant = aliases[word]
                yield number, meant[1] if meant else word, meant
            elif last in names:
                local = head in module.by_name or head in module.variables
                known = not rest and (local or head in module.class_names)
                found = None if rest else (module.path, word) if known else None
                if rest and (symbol := project.symbol(module, word)):
                    found = symbol.module.path, symbol.name
                if found or rest or has_star or f'"{word}"' in line or f"'{word}'" in line:
                    yield number, last, found


def unused(project: Project, definitions: Iterable[Definition]) -> tuple[Definition, ...]:
    """Return the definitions that no code outside of them refers to; what is unclear is used."""
    given = tuple(definitions)
    names = frozenset(d.name for d in given)
    by_key = {d.key: d for d in given}
    used: set[Key] = set()
    unclear: set[str] = set()
    for module in project.python if given else ():
        for line, name, meant in _mentions(project, module, names):
            if meant is None:
                unclear.add(name)
            elif meant in by_key:
                one = by_key[meant]
                inside = module.path == one.module.path and one.first <= line <= one.last
                used |= set() if inside else {meant}
    return tuple(d for d in given if d.key not in used and d.name not in unclear)
