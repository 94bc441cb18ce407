"""Routes whose own text fetches a row by an id and says nothing about its owner."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._routes import Route
from authpact.review.facts._rows import OWNER_COLUMN, is_own_key
from authpact.review.source._model import Call
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_FETCH: Final = lazy(
    r"\.get\(\s*\w+\s*,\s*(\w+)\s*\)|\w+\.id\s*==\s*(\w+)|filter_by\(\s*id\s*=\s*(\w+)|find_one\(\s*\{[^}]*:\s*(\w+)"
)
_AROUND: Final = 200
_PLAIN: Final = lazy(r"^(?:\w+_id|id|db|session|conn\w*|[\"'\d].*)$")
_OWNED: Final = lazy(
    r"user_?id|owner|created_by|author|tenant|\borg|practice|account_id|current_user|principal|user\.id|claims|role|admin",
    re.IGNORECASE,
)


_ASKED: Final = lazy(r"user|owner|account|tenant|role|admin|token|secret|key", re.IGNORECASE)
_REQUEST: Final = lazy(
    r"\b(?:data|body|payload|request|req)\w*\.(?:user_?id|owner\w*|headers|cookies|query_params|state)",
    re.IGNORECASE,
)


def _fetched(project: Project, route: Route) -> Iterator[str]:
    """Yield the parameters by which the handler fetches a row that has an owner, or is a user."""
    parameters = {p.name for p in route.function.parameters}
    for found in _FETCH.finditer(route.function.text):
        name = next((g for g in found.groups() if g), "")
        if name not in parameters or name == "current_user":
            continue
        before = route.function.text[max(0, found.start() - _AROUND) : found.end()]
        models = set(re.findall(r"\b[A-Z]\w+", found[0])) or set(
            re.findall(r"\b[A-Z]\w+", before.rpartition("(")[0])[-1:]
        )
        known = [project.classes[m][1] for m in models if m in project.classes]
        if name == "user_id":
            known = known if is_own_key(route.function.text, name) else []
        elif not any(OWNER_COLUMN.search(k.text) for k in known):
            known = []
        if known:
            yield name


def _compares(project: Project, route: Route) -> bool:
    """Whether the handler, or what it hands the caller to, looks at an owner."""
    body = route.function.text.partition(":\n")[2]
    if route.principal and re.search(rf"\b{route.principal}\b", body):
        return True
    if _OWNED.search(body):
        return True
    for call in route.module.calls_in(route.function):
        found = project.callee(route.module, call)
        if found is not None and _OWNED.search(found[1].text) and not _is_told_nothing(call):
            return True
    return False


def _is_told_nothing(call: Call) -> bool:
    """Whether a plain function of the tree is given ids and sessions alone."""
    plain = "." not in call.name and "verif" not in call.name and "check" not in call.name
    return plain and all(_PLAIN.match(a.text) for a in call.arguments)


def _is_anonymous(route: Route, name: str) -> bool:
    """Whether a handler without authentication is told nothing but the id."""
    if any(p.name != name and _ASKED.search(p.name) for p in route.function.parameters):
        return False
    return not _REQUEST.search(route.function.text) and not route.shadow


def is_fetched_alone(project: Project, route: Route) -> bool:
    """Whether a route fetches an object by its id and never looks at its owner."""
    name = next(_fetched(project, route), "") if route.reachable else ""
    if not name:
        return False
    if route.protected:
        return name != "user_id" and not _compares(project, route)
    return _is_anonymous(route, name)
