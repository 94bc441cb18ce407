"""Which routes can never be reached, because an earlier one takes their requests."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from authpact.review.source._pattern import lazy

_VARIABLE: Final = lazy(r"\{\w+\}")
_REST: Final = lazy(r"\{\w+:path\}")
_MOST: Final = 300
"""Variable paths of one length that are compared with a fixed one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an application's routing table."""

    table: tuple[str, str, str]
    """File and name of the application, and the method."""
    path: str
    order: tuple[int, ...]
    """What stands before what; empty when it could not be told."""
    route: int


def _shape(path: str) -> tuple[str, ...]:
    """Return the segments of a path; with and without a slash at the end it is not the same one."""
    return tuple("{}" if _VARIABLE.fullmatch(p) else p for p in path.split("/"))


def _takes(earlier: tuple[str, ...], later: tuple[str, ...]) -> bool:
    """Whether every request for the later shape fits the earlier one as well."""
    return all(
        a == b or (a == "{}" and b and ":path}" not in b)
        for a, b in zip(earlier, later, strict=True)
    )


class _Table:
    """The paths that were declared so far, by method and application."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[str, int]] = {}
        self._variable: dict[int, list[tuple[str, ...]]] = {}
        self._rests: list[tuple[str, tuple[str, ...]]] = []

    def before(self, one: Entry) -> str:
        """Return the earlier path that takes the requests of this one, and add it."""
        shape = _shape(one.path)
        path, route = self._known.get(shape, ("", -1))
        if path and route != one.route:
            return path
        for other in self._variable.get(len(shape), ())[:_MOST]:
            if _takes(other, shape) and self._known[other][1] != one.route:
                return self._known[other][0]
        rest = self._rest_before(one.path, shape)
        if rest:
            return rest
        if shape not in self._known:
            self._known[shape] = (one.path, one.route)
            self._add(one.path, shape)
        return ""

    def _add(self, path: str, shape: tuple[str, ...]) -> None:
        if _REST.fullmatch(shape[-1]):
            self._rests.append((path, shape[:-1]))
        if "{}" in shape:
            self._variable.setdefault(len(shape), []).append(shape)

    def _rest_before(self, path: str, shape: tuple[str, ...]) -> str:
        """Return an earlier path whose last variable takes everything below it."""
        for whole, start in self._rests[:_MOST]:
            longer = len(shape) > len(start) and whole != path
            if longer and _takes(start, shape[: len(start)]):
                return whole
        return ""


def shadows(entries: Iterable[Entry]) -> dict[int, str]:
    """Return, by route, the earlier path that takes its requests wherever it is included."""
    tables: dict[tuple[str, str, str], _Table] = {}
    found: dict[int, str] = {}
    free: set[int] = set()
    for one in sorted(entries, key=lambda e: (e.table, e.order)):
        first = tables.setdefault(one.table, _Table()).before(one) if one.order else ""
        if first:
            found.setdefault(one.route, first)
        else:
            free.add(one.route)
    return {route: path for route, path in found.items() if route not in free}
