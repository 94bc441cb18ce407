"""What a rule of the contract says before the line is known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from authpact.contract._model import Contract

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """An error or a warning at a key path, before its line is known."""

    severity: Literal["error", "warning"]
    path: tuple[str | int, ...]
    message: str
    remedy: str
    requirement: str


Rule = Callable[[Contract], Iterator[Judgement]]


def error(path: tuple[str | int, ...], message: str, remedy: str, requirement: str) -> Judgement:
    return Judgement("error", path, message, remedy, requirement)


def warning(path: tuple[str | int, ...], message: str, remedy: str, requirement: str) -> Judgement:
    return Judgement("warning", path, message, remedy, requirement)


def is_remote_http(value: str) -> bool:
    """Tell whether the address names another machine over plain http."""
    url = urlsplit(value)
    return url.scheme == "http" and url.hostname not in _LOCAL
