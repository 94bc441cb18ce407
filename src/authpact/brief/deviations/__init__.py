"""The kinds of deviation, one module each with its variants: constraint, patterns, cost, alternative."""

import importlib
import pkgutil
from functools import cache

from authpact.brief._variant import Kind


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of this package, by file name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").KIND for name in names)
