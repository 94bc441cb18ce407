"""The additional fields of the user table of Better Auth, wherever they are declared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.facts._issuers import Issuer
from authpact.review.source._dictionaries import CAST, Dictionaries, returned
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import literal, split

_NAME: Final = lazy(r"[A-Za-z_$][\w$.]*$")
_CALLED: Final = lazy(r"([A-Za-z_$][\w$.]*)\(")
_DEEP: Final = 5


@dataclass(frozen=True, slots=True)
class UserField:
    """One additional field, and where it is declared."""

    name: str
    options: dict[str, str]
    """Its options as written, those of spreads included."""
    module: Module
    line: int

    @property
    def is_input(self) -> bool:
        """Whether a client may send it."""
        return self.options.get("input") != "false"

    @property
    def is_returned(self) -> bool:
        """Whether a client may read it."""
        return self.options.get("returned") != "false"


class UserFields:
    """Follows the declaration of fields through constants, spreads and functions."""

    def __init__(self, project: Project) -> None:
        self._project, self._dictionaries = project, Dictionaries(project)

    def of(self, issuer: Issuer) -> Iterator[UserField]:
        """Yield the additional fields of an instance, the last declaration of each name."""
        text = self._dictionaries.of(issuer.module, issuer.options.get("user", ""))
        found: dict[str, UserField] = {}
        for one in self._in(issuer.module, text.get("additionalFields", ""), 0):
            found[one.name] = one
        yield from found.values()

    def _in(self, module: Module, text: str, depth: int) -> Iterator[UserField]:
        text = CAST.sub("", text.strip())
        if depth > _DEEP or not text:
            return
        if text[0] != "{":
            yield from self._behind(module, text, depth)
            return
        for part in split(text[1:-1]):
            if part.startswith("..."):
                yield from self._in(module, part[3:], depth + 1)
                continue
            name, _, value = part.partition(":")
            name = literal(name) or name.strip()
            options = self._dictionaries.of(module, value or name)
            line = module.code.count("\n", 0, max(module.code.find(part), 0)) + 1
            if options:
                yield UserField(name, options, module, line)

    def _behind(self, module: Module, text: str, depth: int) -> Iterator[UserField]:
        """Yield the fields of a constant, or of what a function returns."""
        if _NAME.match(text):
            found = self._project.symbol(module, text)
            variable = found.module.variables.get(found.name) if found else None
            if found and variable:
                yield from self._in(found.module, variable.value, depth + 1)
            return
        called = _CALLED.match(text)
        known = self._project.function(module, called[1]) if called else None
        for one in returned(known[1].text) if known else ():
            yield from self._in(known[0] if known else module, one.rstrip(";"), depth + 1)
