"""Modules that a program imports by a name it has as a text."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_LOADS: Final = r"^(?:importlib\.)?(?:import_module|__import__)\(\s*(.*)"
_TEXT: Final = lazy(r"[\"']([A-Za-z_.][\w.]*)[\"']")
_MADE: Final = lazy(r"^f[\"'](\.?[A-Za-z_][\w.]*\.)\{")
_SPEC: Final = lazy(r"^(?:importlib\.)?(?:util\.)?module_from_spec\(\s*(\w+)\s*\)")
_FILE: Final = lazy(r"[\"']([\w./]*\.py)[\"']")
_MOST: Final = 500


def _sources(module: Module, name: str) -> list[str]:
    """Return what is given to the imports whose result has this name, or that this one is."""
    values = [a.value for a in module.assignments if a.target == name] + [name]
    return [found[1] for v in values if (found := re.match(_LOADS, v, re.DOTALL))]


def holder_of(text: str) -> tuple[str, str]:
    """Split `module.router` into the module and the rest, the import itself as a module."""
    text = text.strip()
    head, _, rest = text.rpartition(".") if re.match(_LOADS, text) else text.partition(".")
    return head, rest


def is_loaded_by_name(module: Module, text: str) -> bool:
    """Whether an expression is a part of a module that was imported by its name."""
    return bool(_sources(module, holder_of(text)[0]))


def loaded_by_name(project: Project, module: Module, name: str) -> Iterator[Module]:
    """Yield the modules that a variable may hold: those the file names in its texts.

    Which of the texts reach the import is not followed; a module of the tree that nobody
    means to load is not named in a file that loads modules.
    """
    yield from _from_files(project, module, name)
    prefixes = {m[1] if (m := _MADE.match(s)) else "" for s in _sources(module, name)}
    if not prefixes:
        return
    texts = dict.fromkeys(_TEXT.findall(module.code))
    if prefixes != {""} and "iter_modules" in module.code:
        texts |= dict.fromkeys(
            m.path.rpartition("/")[2].removesuffix(".py") for m in project.python
        )
    found: dict[str, Module] = {}
    for text in list(texts)[:_MOST]:
        for prefix in prefixes:
            target = project.module_of(module, prefix + text)
            if target is not None:
                found[target.path] = target
    yield from found.values()


def _from_files(project: Project, module: Module, name: str) -> Iterator[Module]:
    """Yield the module that was loaded from the path of its file."""
    values = {a.target: a.value for a in module.assignments}
    spec = _SPEC.match(values.get(name, ""))
    for file in _FILE.findall(values.get(spec[1], "")) if spec else ():
        path = posixpath.normpath(posixpath.join(posixpath.dirname(module.path), file))
        if path in project.by_path:
            yield project.by_path[path]
