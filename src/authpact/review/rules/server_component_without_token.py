import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_RENDERED: Final = lazy(r"(^|/)app/(?:.*/)?(?:page|layout|template)\.[jt]sx?$")
_SENDS: Final = lazy(r"\bfetch\(|\baxios\b|\b(?:api|client|http|ky)\w*\.(?:get|post|request)\(")
_STORED: Final = lazy(
    r"(?:local|session)Storage\.getItem\(|document\.cookie|\bCookies\.get\("
    r"|credentials\s*:\s*[\"']include[\"']|withCredentials\s*:\s*true"
)
_GIVEN: Final = lazy(
    r"next/headers|server-only|\bheaders\(\)|\bcookies\(\)|auth\.api\.|getServerSession|[\"']use server[\"']"
)
_PATH: Final = lazy(r"[\"'`](?:\$\{[^{}]*\})?(/[^\"'`?\s]*)")


def _shape(path: str) -> str:
    """Return a path with every variable part alike, without a slash at its end."""
    return re.sub(r"\$?\{[^{}]*\}", "*", path).rstrip("/") or "/"


def _protected(facts: Facts) -> frozenset[str]:
    """Return the shapes of the paths that no route serves without a credential."""
    shapes: dict[str, bool] = {}
    for route in facts.routes:
        if route.method in {"get", "api_route"}:
            for path in route.paths or (route.path,):
                shape = _shape(path)
                shapes[shape] = shapes.get(shape, True) and route.protected
    return frozenset(s for s, protected in shapes.items() if protected)


def _asks(function: Function, protected: frozenset[str]) -> str:
    """Return the protected path that a function asks for, empty for none."""
    for match in _PATH.finditer(function.text):
        if _shape(match[1]) in protected and _shape(match[1]).strip("/") != "*":
            return match[1]
    return ""


def _is_blind(module: Module, function: Function) -> bool:
    """Whether a function finds its credential in a browser only, itself or by a helper of its file."""
    if is_client(module) or _GIVEN.search(module.code):
        return False
    helpers = [f for f in module.functions if f is not function and _SENDS.search(f.text)]
    called = (
        [f for f in helpers if re.search(rf"\b{re.escape(f.name)}\b", function.text)]
        if function.text
        else []
    )
    texts = [function.text, *(f.text for f in called if f.name)]
    return any(_SENDS.search(t) and _STORED.search(t) for t in texts)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield server components that ask the API by a function which has no credential there."""
    protected = _protected(facts)
    for module in facts.scripts if protected else ():
        if not _RENDERED.search(module.path) or is_client(module) or _GIVEN.search(module.code):
            continue
        for call in module.calls:
            if not re.search(rf"\bawait\s+{re.escape(call.name)}\(", module.lines[call.line - 1]):
                continue
            found = facts.project.function(module, call.name)
            path = _asks(found[1], protected) if found else ""
            if found and path and _is_blind(*found):
                yield at(module, call, f"On the server no credential goes along to {path}.")


_API: Final = """\
from fastapi import Depends, FastAPI

app = FastAPI()

def current_user(authorization: str = Header()):
    return jwt.decode(authorization, KEY, algorithms=["HS256"])

@app.get("/notes/{note_id}")
def note(note_id: str, user=Depends(current_user)):
    return find(note_id, user)

@app.get("/news")
def news():
    return all_news()
"""
_CLIENT: Final = """\
async function request(path) {
  const kept = typeof window !== "undefined" ? localStorage.getItem("token") : null;
  return fetch(`${BASE}${path}`, { headers: kept ? { Authorization: `Bearer ${kept}` } : {} });
}
export async function getNote(id) {
  return request(`/notes/${id}`);
}
export async function getNews() {
  return request("/news");
}
"""

RULE = Rule(
    requirement="access:authenticated",
    category="missing-bearer-on-client",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A server component calls the API without a credential.",
    why="Web storage is empty on the server and fetch forwards no cookies there: the answer is always 401.",
    remedy="Read the session with `headers()` there and send a token, or fetch in a client component.",
    check=check,
    flagged=(
        Case(
            {
                "api/main.py": _API,
                "web/lib/api.ts": _CLIENT,
                "web/app/notes/page.tsx": """\
import { getNote } from "../../lib/api";
export default async function Page({ params }) {
  const note = await getNote(params.id);
  return <Note note={note} />;
}
""",
            }
        ),
        Case(
            {
                "api/main.py": _API,
                "web/lib/api.ts": """\
export const getNote = async (id) => {
  const found = await fetch(`${BASE}/notes/${id}`, { credentials: "include" });
  return found.json();
};
""",
                "web/app/notes/page.tsx": """\
import { getNote } from "../../lib/api";
export default async function Page({ params }) {
  return <Note note={await getNote(params.id)} />;
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/main.py": _API,
                "web/lib/api.ts": _CLIENT,
                "web/app/news/page.tsx": """\
import { getNews } from "../../lib/api";
export default async function Page() {
  return <News news={await getNews()} />;
}
""",
                "web/app/notes/page.tsx": """\
"use client";
import { getNote } from "../../lib/api";
export default function Page({ id }) {
  const load = async () => setNote(await getNote(id));
}
""",
            }
        ),
        Case(
            {
                "api/main.py": _API,
                "web/lib/api.ts": """\
import { cookies } from "next/headers";
export async function getNote(id) {
  const kept = (await cookies()).get("token")?.value;
  return fetch(`${BASE}/notes/${id}`, { headers: { Authorization: `Bearer ${kept}` } });
}
""",
                "web/app/notes/page.tsx": """\
import { getNote } from "../../lib/api";
export default async function Page({ params }) {
  return <Note note={await getNote(params.id)} />;
}
""",
            }
        ),
    ),
)
