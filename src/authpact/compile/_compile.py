"""The targets over one contract: found by walking the package, rendered in the order of names."""

import importlib
import pkgutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import cast

from authpact.compile import targets as package
from authpact.compile._plan import OutputFile
from authpact.contract import Contract
from authpact.errors import CompileError


@dataclass(frozen=True, slots=True)
class Target:
    """One module of `compile/targets`: its name, what it is for, and contract in, files out."""

    name: str
    summary: str
    render: Callable[[Contract], tuple[OutputFile, ...]]
    optional: bool = False
    """Written only when it is named: not every project uses the tool it is for."""


@cache
def targets() -> dict[str, Target]:
    """Return every target by name; a module says `OPTIONAL = True` to be written on demand only."""
    found = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        render = cast("Callable[[Contract], tuple[OutputFile, ...]]", module.render)
        summary = (module.__doc__ or "").strip().splitlines()[0]
        name = info.name.replace("_", "-")
        found[name] = Target(name, summary, render, bool(getattr(module, "OPTIONAL", False)))
    return found


def render(contract: Contract, names: Collection[str] = ()) -> tuple[OutputFile, ...]:
    """Render the named targets; when none are named, all that are not optional.

    Raises CompileError for an unknown target and for two targets that claim one path.
    """
    known = targets()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CompileError(f"unknown target {unknown[0]}; known: {', '.join(known)}")
    files: dict[str, OutputFile] = {}
    for name, target in known.items():
        if name not in names if names else target.optional:
            continue
        for file in target.render(contract):
            if file.path in files:
                raise CompileError(f"{file.path}: two targets claim this path")
            files[file.path] = file
    return tuple(files.values())
