import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_PROXIED: Final = re.compile(
    r"fetch\(\s*[`\"']\$\{\s*[\w.]*(?:API|BACKEND|api|backend)\w*\s*\}(/[^`\"'?\s]*)"
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


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of the API under paths that it does not have."""
    known = {_shape(p) for r in facts.routes if r.reachable for p in r.paths}
    if not known:
        return
    for module, line, match in facts.matches(facts.handlers, _PROXIED):
        path = _shape(match[1])
        last = next((p for p in reversed(path.split("/")) if p != "*"), "")
        elsewhere = any(k.rstrip("/*").endswith(f"/{last}") for k in known)
        if last and elsewhere and not _exists(path, known):
            yield at(module, line, f"The API has no {path}.")


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
