import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_HOLE: Final = lazy(r"\$\{[^}]*\}")


def _plain(path: str) -> str:
    return re.sub(r"/+$", "", _HOLE.sub("*", path)) or "/"


def _word(path: str) -> str:
    """Return the first word of a path, in singular or plural."""
    return re.split(r"[-_/.]", path.strip("/"))[0].rstrip("s")


_SURE: Final = 6
"""Paths through wrappers that must fit, and twice as many as do not, before one is believed."""


def _all(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield calls through a client of the tree of paths that nothing serves, where most fit."""
    endpoints = facts.endpoints
    rows: dict[str, tuple[set[str], list[tuple[str, Hit]]]] = {}
    for request in facts.requests:
        path = re.sub(r"(?<!/)\*+$", "", _plain(request.path))
        unsure = "/auth" in path or path != _plain(request.path) or "/*/*" in path
        if not request.wrapped or unsure or not re.search(r"/[a-z]", path):
            continue
        place = f"{request.module.path} {request.base}"
        fits, misses = rows.setdefault(place, (set(), []))
        # A hole at the end may be a query, or nothing.
        if any(endpoints.methods(p)[1] for p in (request.path, path.removesuffix("/*"))):
            fits.add(path)
        else:
            hit = at(request.module, request.line, f"The API has no {path}.")
            misses.append((path, hit))
    for place, (fits, misses) in rows.items():
        different = {path for path, _ in misses}
        # A single path without a relative may be that of a service outside of the tree.
        related = {_word(path) for path in fits}
        alone = len(different) == 1 and not any(_word(p) in related for p in different)
        if len(fits) >= max(_SURE, 2 * len(different)) and not alone:
            yield from ((f"{place} {p.split('/')[1]}", hit) for p, hit in misses)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls through a client of the tree of paths that its API does not have."""
    if facts.requests and facts.routes:
        yield from once(_all(facts))


_CLIENT: Final = """\
const BASE = process.env.NEXT_PUBLIC_API_URL;
class Client {
  private async request(path, options = {}) {
    const url = `${BASE}${path}`;
    const pending = (async () => await fetch(url, options))();
    return pending;
  }
  tasks() { return this.request("/tasks"); }
  notes() { return this.request("/notes"); }
  tags() { return this.request("/tags"); }
  files() { return this.request("/files"); }
  lists() { return this.request("/lists"); }
  jobs() { return this.request("/jobs"); }
  log() { return this.request("/audit_logs"); }
"""
_LOADER: Final = """\
import importlib
from fastapi import FastAPI

app = FastAPI()
for name in ["all"]:
    app.include_router(importlib.import_module(name).router)
"""
_MANY: Final = "from fastapi import APIRouter\nrouter = APIRouter()\n" + "".join(
    f'@router.get("/{name}")\ndef {name}(user=Depends(get_current_user)):\n    return []\n'
    for name in ("tasks", "notes", "tags", "files", "lists", "jobs", "audit_logs")
)

RULE = Rule(
    requirement="access:documented",
    category="endpoint-path-mismatch",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A client calls a path that the API does not have.",
    why="Every such call ends in 404, while the other methods of the client work.",
    remedy="Use the path of the API.",
    check=check,
    flagged=(
        Case(
            {
                "web/lib/api.ts": f'{_CLIENT}  audit() {{ return this.request("/audit/summary"); }}\n}}\n',
                "api/main.py": _LOADER,
                "api/all.py": _MANY,
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/lib/api.ts": f'{_CLIENT}  mail() {{ return this.request("/mail/send"); }}\n}}\n',
                "api/main.py": _LOADER,
                "api/all.py": _MANY,
            }
        ),
        Case(
            {
                "web/lib/api.ts": f"{_CLIENT}  audit() {{ return this.request(`/audit_logs/${{query}}`); }}\n}}\n",
                "api/main.py": _LOADER,
                "api/all.py": _MANY,
            }
        ),
        Case(
            {
                "web/lib/api.ts": f'{_CLIENT}  stats() {{ return this.request("/api/stats"); }}\n}}\n',
                "web/app/api/stats/route.ts": "export const GET = () => Response.json({});\n",
                "api/main.py": _LOADER,
                "api/all.py": _MANY,
            }
        ),
    ),
)
