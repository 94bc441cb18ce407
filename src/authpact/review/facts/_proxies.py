"""What stands behind a route handler that hands a request on to the API of the same tree."""

from typing import Final

from authpact.review.facts._endpoints import shape, takes_end
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import Handler
from authpact.review.facts._public import is_public
from authpact.review.facts._routes import Route
from authpact.review.source._model import Call
from authpact.review.source._pattern import lazy

_ADDRESS: Final = lazy(r"^[`\"'](?:\$\{[^}]*\}|https?://[^/`\"']+)(/[^`\"'?#]*)")
_METHOD: Final = lazy(r"\bmethod\s*:\s*[\"'`](\w+)")


def _asked(call: Call) -> tuple[str, str]:
    """Return the method and the path of a request, both empty when they are not written."""
    found = _ADDRESS.match(call.text_of("", 0))
    method = _METHOD.search(" ".join(a.text for a in call.arguments[1:]))
    return ((method[1] if method else "get").lower(), found[1]) if found else ("", "")


def _fits(route: Route, path: str) -> bool:
    return any(takes_end(served, shape(path)) for served in map(shape, route.paths))


def targets(facts: Facts, handler: Handler) -> tuple[Route, ...] | None:
    """Return the operations of the tree that a handler asks; None when one is not in the tree."""
    found: list[Route] = []
    for call in handler.module.calls_in(handler.function):
        if call.last != "fetch":
            continue
        method, path = _asked(call)
        same = [r for r in facts.served if path and _fits(r, path)]
        if not same:
            return None
        root = handler.module.path.partition("/")[0]
        same = [r for r in same if r.module.path.partition("/")[0] == root] or same
        found += [r for r in same if r.method == method]
    return tuple(found)


def is_guarded(route: Route) -> bool:
    """Whether an operation asks for a token, or answers everybody with the same written text."""
    calls = (c for c in route.module.calls_in(route.function) if c.line >= route.function.body_line)
    return route.protected or (is_public(route) and not any(calls))


def is_open(route: Route) -> bool:
    """Whether anybody may call an operation although it does not look meant for everybody."""
    return not route.protected and not is_public(route)
