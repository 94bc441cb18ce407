import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._endpoints import shape
from authpact.review.facts._facts import Facts
from authpact.review.facts._requests import Request, package_of
from authpact.review.source._pattern import lazy

_ENTRY: Final = lazy(
    r"(^|/)(?:page|layout|route|middleware|proxy|index|main|app)\.[jt]sx?$|(^|/)pages/",
    re.IGNORECASE,
)
"""Scripts that run without being imported; of the others only imported ones send anything."""
_ENOUGH: Final = 2
"""Other requests of the same base that must fit, so that the routes were read rightly."""


def _documented(facts: Facts) -> dict[str, str]:
    """Return the path that environment files give an address, by the name of its variable."""
    found: dict[str, set[str]] = {}
    for one in facts.environment.variables:
        if re.match(r"[\"']?https?://[^$]*$", one.value):
            path = re.sub(r"^https?://[^/\s\"']+", "", one.value.strip("\"' ")).rstrip("/\"' ")
            found.setdefault(one.name, set()).add(path)
    return {name: next(iter(paths)) for name, paths in found.items() if len(paths) == 1}


def _is_telling(path: str) -> bool:
    """Whether a path names enough to be known by its end: a word and a hole fit too much."""
    return len([p for p in shape(path) if p != "*"]) > 1


def _lacks(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield requests that lack what others of the same base write before their paths."""
    endpoints, given = facts.endpoints, _documented(facts)
    rows: dict[tuple[str, str], tuple[set[str], list[Request]]] = {}
    for request in facts.requests:
        place = package_of(facts.tree.paths, request.module.path), request.base
        fits, short = rows.setdefault(place, (set(), []))
        if endpoints.has(given.get(request.base, request.fixed) + request.path):
            fits.add(request.path)
        elif request.module.path not in facts.imported and not _ENTRY.search(request.module.path):
            continue
        elif endpoints.methods(request.path)[0] and _is_telling(request.path):
            short.append(request)
    for (package, base), (fits, short) in rows.items():
        for request in short if len(fits) >= _ENOUGH else ():
            message = f"{request.path} lacks a prefix that other calls by {base} write."
            yield f"{package} {base}", at(request.module, request.line, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield one request for each base that is used with and without a prefix."""
    if facts.routes and facts.requests:
        yield from once(_lacks(facts))


_API: Final = """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/notes")
def notes(user=Depends(get_current_user)):
    return []

@app.get("/api/notes/{note_id}")
def note(note_id: str, user=Depends(get_current_user)):
    return owned(note_id, user)

@app.get("/api/account/me")
def me(user=Depends(get_current_user)):
    return user
"""

RULE = Rule(
    requirement="access:documented",
    category="endpoint-path-mismatch",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="One address is used with and without the prefix of the API.",
    why="Whatever value the variable has, one half of the calls ends in 404.",
    remedy="Put the prefix into the variable or before every path, not both.",
    check=check,
    flagged=(
        Case(
            {
                "web/app/notes/page.tsx": """\
const API_URL = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000";
export const list = () => fetch(`${API_URL}/api/notes`);
export const one = (id) => fetch(`${API_URL}/api/notes/${id}`);
""",
                "web/app/page.tsx": """\
const API_URL = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000";
export const me = () => fetch(`${API_URL}/account/me`);
""",
                "api/main.py": _API,
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/app/notes/page.tsx": """\
export const list = () => fetch(`${process.env.NEXT_PUBLIC_API_URL}/api/notes`);
export const one = (id) => fetch(`${process.env.NEXT_PUBLIC_API_URL}/api/notes/${id}`);
""",
                "web/lib/unused.ts": """\
export const me = () => fetch(`${process.env.NEXT_PUBLIC_API_URL}/account/me`);
""",
                "web/app/any/page.tsx": """\
export const any = (rest) => fetch(`${process.env.NEXT_PUBLIC_API_URL}/account/${rest}`);
""",
                "api/main.py": _API,
            }
        ),
        Case(
            {
                "web/app/notes/page.tsx": """\
const API_URL = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000/api";
const ROOT = process.env.NEXT_PUBLIC_API_ROOT || "http://localhost:8000";
export const list = () => fetch(`${API_URL}/notes`);
export const one = (id) => fetch(`${API_URL}/notes/${id}`);
export const me = () => fetch(`${API_URL}/account/me`);
export const again = () => fetch(`${ROOT}/api/account/me`);
export const whole = () => fetch(`${ROOT}/api/notes`);
""",
                "api/main.py": _API,
            }
        ),
        Case(
            {
                "web/app/notes/page.tsx": """\
const BASE = process.env.NEXT_PUBLIC_API_URL;
export const list = () => fetch(`${BASE}/notes/1`);
export const me = () => fetch(`${BASE}/account/me`);
""",
                "api/main.py": _API,
            }
        ),
    ),
)
