"""The routes of an application as data, mounted parts and included routers too."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import fastapi.routing
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute, Host, Mount, WebSocketRoute

from authpact.fastapi._gate import Gate
from authpact.verify import SOCKET, DeclaredRoute

_FLAT: Final[Callable[[Iterable[BaseRoute]], Iterable[object]]] = getattr(
    fastapi.routing, "iter_route_contexts", iter
)
"""Newer versions keep included routers as a tree and offer this walk; older ones keep a list."""


@dataclass(frozen=True, slots=True)
class FoundRoute:
    """A route with the function that serves it; `endpoint` is its identity."""

    declared: DeclaredRoute
    endpoint: int


def applications(app: FastAPI) -> Iterator[FastAPI]:
    """Yield the application and every FastAPI application mounted in it."""
    yield app
    for route in _FLAT(app.routes):
        inner = getattr(route, "app", None)
        if isinstance(inner, FastAPI):
            yield from applications(inner)


def found_routes(app: FastAPI) -> Iterator[FoundRoute]:
    """Yield every route that a request can reach, except FastAPI's own documentation pages."""
    yield from _walk(app.routes, "", _documentation(app))


def _walk(
    routes: Iterable[BaseRoute], prefix: str, documentation: frozenset[str | None]
) -> Iterator[FoundRoute]:
    for route in _FLAT(routes):
        path = getattr(route, "path", None) or ""
        dependant: Dependant | None = getattr(route, "dependant", None)
        if dependant is None and path in documentation:
            continue
        original = getattr(route, "original_route", route)
        if isinstance(original, Mount | Host):
            yield from _mounted(route, prefix + path)
            continue
        demands = frozenset(_demands(dependant))
        socket = isinstance(original, WebSocketRoute)
        methods = {SOCKET} if socket else getattr(route, "methods", None) or {"ANY"}
        for method in sorted(methods):
            declared = DeclaredRoute(method, prefix + path, demands)
            yield FoundRoute(declared, id(getattr(route, "endpoint", None)))


def _mounted(mount: object, path: str) -> Iterator[FoundRoute]:
    """Yield what is inside of a mount; an application that lists no routes is one route."""
    inner = getattr(mount, "app", None)
    routes: list[BaseRoute] = list(getattr(mount, "routes", None) or ())
    documentation = _documentation(inner) if isinstance(inner, FastAPI) else frozenset[str | None]()
    if routes:
        yield from _walk(routes, path, documentation)
    else:
        yield FoundRoute(DeclaredRoute("GET", path + "/{path}", frozenset()), id(inner))


def _documentation(app: FastAPI) -> frozenset[str | None]:
    pages = (app.openapi_url, app.docs_url, app.redoc_url, app.swagger_ui_oauth2_redirect_url)
    return frozenset(page for page in pages if page)


def _demands(dependant: Dependant | None) -> Iterator[str]:
    if dependant is None:
        return
    if isinstance(dependant.call, Gate):
        yield dependant.call.demand
    for inner in dependant.dependencies:
        yield from _demands(inner)
