"""Regular expressions that are compiled when they are first asked.

The review has more than a thousand, and one tree needs fewer than half of them.
"""

import re
from typing import cast


class Lazy:
    """Stands for a compiled pattern until somebody uses it."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> object:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return self.__dict__[name]


_METHODS = frozenset({"search", "match", "fullmatch", "finditer", "findall", "sub", "split"})


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern like `re.compile`, which complains about mistakes only when it is used."""
    return cast("re.Pattern[str]", Lazy(pattern, flags))
