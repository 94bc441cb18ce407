"""All probes, found by walking one package: file name = slug, one constant `PROBE` per module."""

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType

from authpact.probe import probes as package
from authpact.probe._probe import Probe


@cache
def all_probes() -> MappingProxyType[str, Probe]:
    """Return slug → probe. Raises TypeError for a module without its constant."""
    found: dict[str, Probe] = {}
    for info in pkgutil.iter_modules(package.__path__):
        probe = getattr(importlib.import_module(f"{package.__name__}.{info.name}"), "PROBE", None)
        if not isinstance(probe, Probe):
            raise TypeError(f"probe module {info.name} has no PROBE")
        found[info.name] = probe
    return MappingProxyType(found)
