"""Which paths and methods a tree serves: those of FastAPI and the handlers of Next.js."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from authpact.review.facts._requests import VERBS
from authpact.review.facts._routes import Route
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

HOLE: Final = lazy(r"\$\{[^}]*\}|\{[^}]*\}|\[[^\]]*\]|(?<=/):\w+(?:\*|\([^)]*\))?")
_HANDLER: Final = lazy(r"(?:^|/)app/(?:(.*)/)?route\.[jt]sx?$|(?:^|/)pages/(api/.*)\.[jt]sx?$")
_EXPORTED: Final = lazy(r"\b(GET|POST|PUT|PATCH|DELETE)\b")
Shape = tuple[str, ...]


def shape(path: str) -> Shape:
    """Return the segments of a path, `*` for a hole; a hole behind a text is a query."""
    plain = HOLE.sub("*", path.partition("?")[0]).strip("/")
    parts = (re.sub(r"(?<=[^*])\*+$", "", p) for p in plain.split("/"))
    return tuple("*" if "*" in p else p for p in parts if p)


class Endpoints:
    """Every path a tree serves, with its methods."""

    def __init__(self, routes: Iterable[Route], scripts: Iterable[Module]) -> None:
        self._by_end: dict[str, list[tuple[Shape, frozenset[str]]]] = {}
        for parts, methods in (*_of_api(routes), *_of_next(scripts)):
            if parts:
                self._by_end.setdefault(parts[-1], []).append((parts, methods))

    def methods(self, path: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the methods of the path itself, and those of all that may take its requests.

        The base of the address may hold a prefix, so a path fits the end of an endpoint's.
        """
        asked = shape(path)
        exact, taking = set[str](), set[str]()
        ends = {asked[-1], "*"} if asked and asked[-1] != "*" else set(self._by_end)
        for end in ends if asked else ():
            for parts, methods in self._by_end.get(end, ()):
                if takes_end(parts, asked):
                    taking |= methods
                    exact |= methods if parts[-len(asked) :] == asked else set()
        return frozenset(exact), frozenset(taking)

    def has(self, path: str) -> bool:
        """Whether an endpoint takes requests for exactly this path."""
        asked = shape(path)
        ends = {asked[-1], "*"} if asked and asked[-1] != "*" else set(self._by_end)
        rows = (row for end in ends for row in self._by_end.get(end, ()))
        return any(len(parts) == len(asked) and _takes(parts, asked) for parts, _ in rows)


def _takes(served: Shape, asked: Shape) -> bool:
    fixed = any(a == s != "*" for a, s in zip(asked, served, strict=True))
    return fixed and all(a == s or "*" in {a, s} for a, s in zip(asked, served, strict=True))


def takes_end(served: Shape, asked: Shape) -> bool:
    """Whether the end of an endpoint's path takes a request: the base may hold the rest."""
    return len(served) >= len(asked) > 0 and _takes(served[-len(asked) :], asked)


def _of_api(routes: Iterable[Route]) -> Iterator[tuple[Shape, frozenset[str]]]:
    for route in routes:
        methods = frozenset({route.method}) if route.method in VERBS else VERBS
        yield from ((shape(p), methods) for p in route.paths)


def _of_next(scripts: Iterable[Module]) -> Iterator[tuple[Shape, frozenset[str]]]:
    for module in scripts:
        match = _HANDLER.search(module.path)
        if match:
            path = re.sub(r"\([^)]*\)/?", "", match[1] or match[2] or "")
            found = frozenset(m.lower() for m in _EXPORTED.findall(module.code))
            yield shape(path), VERBS if match[2] or not found else found
