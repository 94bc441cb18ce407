"""Which Python files run: those that an application or a script imports, directly or not."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_STARTS: Final = lazy(
    r"__main__|\b(?:FastAPI|Starlette|Flask|Quart|Litestar|Sanic|Celery|FastMCP|Typer|Mangum)\("
    r"|\buvicorn\.run\(|\brun_app\("
)
_SERVES: Final = lazy(r"\b(?:FastAPI|Starlette|Flask|Quart|Litestar|Sanic)\(")
_USUAL: Final = frozenset(
    ["main", "app", "server", "index", "asgi", "wsgi", "api", "run", "application", "handler"]
)
_FORMER: Final = lazy(
    r"(?:.*/)?(?:[\w-]*[_-])?(?:old|bak|backup|deprecated|legacy|archived?|unused|obsolete|attic|trash)"
    r"(?:[_-][\w-]*)?/",
    re.IGNORECASE,
)
_DOTTED: Final = lazy(r"\.(\w+)[\"':]")
_COMMAND: Final = lazy(r"\b(\w+):\w+|\bpython3?\s+(?:-m\s+)?[\w./]*?(\w+?)(?:\.py)?\b")


def _imports(project: Project, module: Module) -> Iterator[Module]:
    for one in module.imports:
        separator = "" if one.module.endswith(".") else "."
        names = [one.module, f"{one.module}{separator}{one.name}"] if one.name else [one.module]
        found = (project.module_of(module, n) for n in names)
        yield from (m for m in found if m is not None)


def _reached(project: Project, entries: Iterable[Module]) -> frozenset[str]:
    found, waiting = set[str](), list(entries)
    while waiting:
        module = waiting.pop()
        if module.path not in found:
            found.add(module.path)
            waiting += _imports(project, module)
    return frozenset(found)


def _stem(module: Module) -> str:
    return module.path.rpartition("/")[2].removesuffix(".py")


@dataclass(frozen=True)
class Running:
    """Which Python files of a project are run, by what starts them."""

    project: Project
    commands: tuple[str, ...]
    """Texts that may start a program: compose files, scripts, documents."""

    @cached_property
    def kept(self) -> frozenset[str]:
        """Files that are in no folder of former code, or in one that others still import."""
        used = {
            aside[0]
            for module in self.project.python
            for one in module.imports
            if (meant := self.project.module_of(module, one.module))
            and (aside := _FORMER.match(meant.path))
            and not module.path.startswith(aside[0])
        }
        return frozenset(
            m.path
            for m in self.project.python
            if not (aside := _FORMER.match(m.path)) or aside[0] in used
        )

    @cached_property
    def run(self) -> frozenset[str]:
        """Files that anything of the tree may run, rather too many.

        Without an application or a script in the tree every file may be imported from elsewhere.
        """
        python = self.project.python
        spoken = {n for m in python for n in _DOTTED.findall(m.code)}
        entries = [m for m in python if _STARTS.search(m.code)]
        named = [m for m in python if _stem(m) in spoken]
        whole = frozenset(m.path for m in python)
        return _reached(self.project, [*entries, *named]) if entries else whole

    @cached_property
    def served(self) -> frozenset[str]:
        """Files that a server somebody would start runs.

        It is called like an entry point, or a command of the tree names it; what is kept in a
        folder of former code is not started.
        """
        python = [m for m in self.project.python if m.path in self.kept]
        servers = [m for m in python if _SERVES.search(m.code)]
        named = {n for text in self.commands for pair in _COMMAND.findall(text) for n in pair if n}
        entries = [m for m in servers if _stem(m) in _USUAL or _stem(m) in named]
        if not any(_SERVES.search(m.code) for m in self.project.python):
            return frozenset(m.path for m in python)
        return _reached(self.project, entries or servers)
