import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at, once

_PROXIED: Final = re.compile(
    r"`\$\{\s*[\w.]*(?:API|BACKEND|api|backend|Api|Backend)\w*\s*\}(/[^`\"'?\s]*)"
)
_HOLE: Final = re.compile(r"\$\{[^}]*\}|\{[^}]*\}|\[[^\]]*\]")


def _shape(path: str) -> str:
    return re.sub(r"/+$", "", _HOLE.sub("*", path)) or "/"


def _exists(path: str, known: set[str]) -> bool:
    """Whether a known path ends like this one; a final hole stands for any rest."""
    pattern = re.escape(path).replace(r"\*", "[^/]+")
    if path.endswith("*"):
        pattern = pattern.removesuffix("[^/]+") + ".+"
    return any(re.search(pattern + "$", k) for k in known)


def _unknown(facts: Facts, known: set[str]) -> Iterator[tuple[str, Hit]]:
    """Yield (cause, hit); paths with the same beginning have one cause."""
    for module, line, match in facts.matches(facts.handlers, _PROXIED):
        path = _shape(match[1])
        fixed = [p for p in path.split("/") if p not in {"", "*"}]
        elsewhere = fixed and any(k.rstrip("/*").endswith(f"/{fixed[-1]}") for k in known)
        if elsewhere and not _exists(path, known):
            cause = f"{module.path.partition('/')[0]} {'/'.join(fixed[:2])}"
            yield cause, at(module, line, f"The API has no {path}.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of the API under paths that it has elsewhere."""
    known = {_shape(p) for r in facts.routes if r.reachable for p in r.paths}
    yield from once(_unknown(facts, known))


RULE = Rule(
    requirement="access:documented",
    category="endpoint-path-mismatch",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The proxy calls a path that the API does not have.",
    why="Every call through it ends in 404.",
    remedy="Use the path of the API.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/tasks/route.ts": """\
const r = await fetch(`${API_URL}/api/${userId}/tasks`);
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/tasks")
def tasks(user=Depends(get_current_user)):
    return []
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/tasks/route.ts": """\
const r = await fetch(`${API_URL}/api/tasks`);
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/tasks")
def tasks(user=Depends(get_current_user)):
    return []
""",
            }
        ),
    ),
)
