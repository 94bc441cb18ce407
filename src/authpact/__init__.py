"""One typed contract for the authentication between Next.js + Better Auth and FastAPI."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authpact.contract import Contract, load
    from authpact.verify import Principal, Verifier

__all__ = ["Contract", "Principal", "Verifier", "load"]

_PLACES: Final = {
    "Contract": "authpact.contract",
    "Principal": "authpact.verify",
    "Verifier": "authpact.verify",
    "load": "authpact.contract",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is used: the command line starts without the verifier."""
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(place), name)
    return value


def __dir__() -> list[str]:
    return __all__
