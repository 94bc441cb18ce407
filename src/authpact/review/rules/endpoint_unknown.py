import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._endpoints import HOLE
from authpact.review.facts._facts import Facts
from authpact.review.facts._requests import package_of
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

_PROXIED: Final = lazy(
    r"`\$\{\s*[\w.]*(?:API|BACKEND|api|backend|Api|Backend)\w*\s*\}(/(?:\$\{[^}`]*\}|[^`\"'?\s$])*)(?=[`\"'?\s])"
)


def _shape(path: str) -> str:
    return re.sub(r"/+$", "", HOLE.sub("*", path)) or "/"


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


_ENOUGH: Final = 3
"""Paths that must fit before one that does not is believed: then the routes were read rightly."""


def _asked(facts: Facts) -> Iterator[tuple[Module, int, str]]:
    """Yield what scripts ask the API for: whole addresses, and paths given to a client of it."""
    told, handlers = set[tuple[str, int]](), {m.path for m in facts.handlers}
    for request in facts.requests:
        told.add((request.module.path, request.line))
        # What a wrapper does to a path is not always told, so those calls count only elsewhere.
        if not request.wrapped and request.module.path not in handlers:
            yield request.module, request.line, request.path
    for module, line, match in facts.matches(facts.browser, _PROXIED):
        if (module.path, line) not in told and not _is_stem(module, line):
            yield module, line, match[1]


def _is_stem(module: Module, line: int) -> bool:
    """Whether a path is kept as the beginning of others and not asked for itself."""
    kept = re.match(r"\s*(?:const|let|var)\s+(\w+)\s*=", module.lines[line - 1])
    return bool(kept and f"${{{kept[1]}}}/" in module.code)


def _called(facts: Facts, known: set[str]) -> Iterator[tuple[str, Hit]]:
    """Yield browser calls of paths the API does not have, where other calls fit."""
    rows: dict[str, list[tuple[str, bool, Hit]]] = {}
    # A router that nothing is seen to include may be included in a way that cannot be read, and a
    # prefix between `<` and `>` may be any.
    unsure = {_shape(p) for r in facts.routes if not r.reachable for p in r.paths}
    unsure |= {_shape(p.rpartition(">")[2]) for r in facts.routes for p in r.paths if ">" in p}
    unsure -= {"/"}
    for module, line, written in _asked(facts):
        path = re.sub(r"(?<!/)\*+$", "", _shape(written))
        if any(path.endswith(end) for end in unsure):
            continue
        open_end = path != _shape(written) and any(path in k for k in known)
        if open_end or not re.search(r"/[a-z]", path) or "/api/auth/" in path:
            continue
        hit = at(module, line, f"The API has no {path}.")
        root = package_of(facts.tree.paths, module.path)
        rows.setdefault(root, []).append((path, _exists(path, known), hit))
    for root, calls in rows.items():
        if len({path for path, exists, _ in calls if exists}) >= _ENOUGH:
            for path, exists, hit in calls:
                if not exists:
                    yield f"{root} {'/'.join(path.split('/')[:2])}", hit


_BASE: Final = lazy(
    r"process\.env\.(NEXT_PUBLIC_\w*(?:API|BACKEND)\w*)\s*(?:\|\||\?\?)\s*[\"'`]https?://[^/\"'`\s]+(/[^\"'`\s]*)?[\"'`]"
)


_SET: Final = lazy(r"\.env|\.config\.\w+$|\.ya?ml$")


def _path_of(address: str) -> str:
    return re.sub(r"^https?://[^/\s\"']+", "", address.strip("\"' ")).rstrip("/\"' ")


def _bases(facts: Facts) -> Iterator[tuple[str, str, Hit]]:
    """Yield (variable, path, place) for each address of the API that is written down."""
    for module, line, match in facts.matches(facts.scripts, _BASE):
        yield match[1], (match[2] or "").rstrip("/"), at(module, line, "")
    for one in facts.environment.variables:
        if re.match(r"[\"']?https?://[^$]*$", one.value):
            yield one.name, _path_of(one.value), Hit(one.file, one.line, "")


def _prefixes(facts: Facts) -> Iterator[Hit]:
    """Yield addresses of the API without the path that other places give the same variable."""
    rows: dict[str, list[tuple[str, Hit]]] = {}
    for name, path, hit in _bases(facts):
        rows.setdefault(f"{hit.file.partition('/')[0]} {name}", []).append((path, hit))
    for cause, found in rows.items():
        longest = max((path for path, _ in found), key=len)
        # What a deployment sets counts; two defaults of the code meet only where nothing is set.
        short = [h for path, h in found if not path and _SET.search(h.file)]
        if longest and short:
            name = cause.partition(" ")[2]
            first = min(short, key=lambda h: (h.file.count("/"), h.file, h.line))
            message = f"{name} has no {longest} here, elsewhere it has."
            yield Hit(first.file, first.line, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of the API under paths that it has elsewhere, and bases that differ by a path."""
    known = {_shape(p) for r in facts.served for p in r.paths}
    yield from once(_unknown(facts, known))
    if known:
        yield from once(_called(facts, known))
        yield from _prefixes(facts)


_TASKS: Final = """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/v1/tasks")
def tasks(user=Depends(get_current_user)):
    return []

@app.get("/api/v1/tasks/{task_id}")
def task(task_id: str, user=Depends(get_current_user)):
    return owned(task_id, user)

@app.get("/api/v1/notes")
def notes(user=Depends(get_current_user)):
    return []
"""

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
                "web/lib/api.ts": """\
export const api = axios.create({ baseURL: process.env.NEXT_PUBLIC_API_URL });
""",
                "web/list.tsx": """\
import { api } from "./lib/api";
export const list = () => api.get("/tasks");
export const one = (id) => api.get(`/tasks/${id}`);
export const notes = () => api.get("/notes");
export const chat = async (text) => await api.post<Answer>("/chat/message", { text });
""",
                "api/main.py": _TASKS,
            }
        ),
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
        Case(
            {
                "web/.env.example": "NEXT_PUBLIC_API_URL=http://localhost:8000\n",
                "web/api.ts": """\
const BASE = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000/api/v1";
export const get = (path) => fetch(`${BASE}${path}`);
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/v1/tasks")
def tasks(user=Depends(get_current_user)):
    return []
""",
            }
        ),
        Case(
            {
                "web/api.ts": """\
export const list = () => fetch(`${API_URL}/tasks`);
export const add = () => fetch(`${API_URL}/tasks`, { method: "POST" });
export const one = (id) => fetch(`${API_URL}/tasks/${id}`);
export const all = () => fetch(`${API_URL}/notes`);
export const end = () => fetch(`${API_URL}/auth/signout`, { method: "POST" });
""",
                "api/main.py": _TASKS,
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/api.ts": """\
export const list = () => fetch(`${API_URL}/tasks${query ? `?${query}` : ""}`);
export const one = (id) => fetch(`${API_URL}/tasks/${id}`);
export const notes = () => fetch(`${API_URL}/notes`);
export const chat = (id) => fetch(`${API_URL}/api/${id}/chat`, { method: "POST" });
""",
                "api/main.py": _TASKS,
                "chat/router.py": """\
from fastapi import APIRouter

router = APIRouter()

@router.post("/{user_id}/chat")
def chat(user_id: str, user=Depends(get_current_user)):
    return {}
""",
            }
        ),
        Case(
            {
                "web/lib/api.ts": """\
export const api = axios.create({ baseURL: process.env.NEXT_PUBLIC_API_URL });
""",
                "web/list.tsx": """\
import { api } from "./lib/api";
export const list = () => api.get("/tasks?done=1");
export const one = (id) => api.put(`/tasks/${id}`, {});
export const notes = () => api.get<Note[]>("/notes");
""",
                "web/other.ts": """\
const github = axios.create({ baseURL: "https://git.example" });
export const stars = () => github.get("/stars");
""",
                "api/main.py": _TASKS,
            }
        ),
        Case(
            {
                "web/api.ts": """\
export const list = () => fetch(`${API_URL}/tasks?limit=${n}`);
export const one = (id) => fetch(`${API_URL}/tasks/${id}`);
export const find = (rest) => fetch(`${API_URL}/tasks${rest}`);
export const other = () => fetch(`${API_URL}/tasks`);
""",
                "api/main.py": _TASKS,
            }
        ),
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
