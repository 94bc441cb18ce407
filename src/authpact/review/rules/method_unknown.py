import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._endpoints import shape
from authpact.review.facts._facts import Facts
from authpact.review.facts._requests import Request, package_of
from authpact.review.source._pattern import lazy

_ENOUGH: Final = 2
"""Requests that must fit before one that does not is believed: then the routes were read rightly."""
_OTHER: Final = lazy(r"\bexpress\(\)|new (?:Hono|Elysia|Koa)\(|NestFactory|\bfastify\(")
_MADE: Final = lazy(r"include_router\(\s*[\w.]+\(|crud_?router|\.add_api_route\(", re.IGNORECASE)
_SIGN_IN: Final = lazy(r"/auth\b|/users?\b|/login|/register")


def _is_told(facts: Facts) -> bool:
    """Whether the routes of the tree can be known: no other server, no routes made at run time."""
    return not any(_OTHER.search(m.code) for m in facts.scripts) and not any(
        "add_api_route" in m.code or "crud_router" in m.code.lower() for m in facts.python
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield requests whose path the API has, but not for their method."""
    if not facts.requests or not _is_told(facts):
        return
    endpoints = facts.endpoints
    made = any(_MADE.search(m.code) for m in facts.python)
    rows: dict[str, tuple[set[tuple[object, str]], list[tuple[Request, str]]]] = {}
    for request in facts.requests:
        exact, taking = endpoints.methods(request.path)
        if not request.method or not exact or (made and _SIGN_IN.search(request.path)):
            continue
        fits, wrong = rows.setdefault(
            package_of(facts.tree.paths, request.module.path), (set(), [])
        )
        if request.method in taking:
            fits.add((shape(request.path), request.method))
        else:
            wrong.append((request, ", ".join(sorted(m.upper() for m in exact))))
    for fits, wrong in rows.values():
        for request, has in wrong if len(fits) >= _ENOUGH else ():
            path = "/" + "/".join(shape(request.path))
            message = f"{request.method.upper()} {path} is called, the API has {has} there."
            yield at(request.module, request.line, message)


_API: Final = """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/notes")
def notes(user=Depends(get_current_user)):
    return []

@app.get("/api/notes/{note_id}")
def note(note_id: str, user=Depends(get_current_user)):
    return owned(note_id, user)

@app.patch("/api/notes/{note_id}")
def change(note_id: str, user=Depends(get_current_user)):
    return owned(note_id, user)
"""

RULE = Rule(
    requirement="access:documented",
    category="endpoint-path-mismatch",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A path is called with a method that the API does not have there.",
    why="Every such call ends in 405.",
    remedy="Use the method of the API, or add the endpoint.",
    check=check,
    flagged=(
        Case(
            {
                "web/api.ts": """\
const API_URL = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000";
export const list = () => fetch(`${API_URL}/api/notes`);
export const one = (id) => fetch(`${API_URL}/api/notes/${id}`);
export const drop = (id) => fetch(`${API_URL}/api/notes/${id}`, { method: "DELETE", headers });
""",
                "api/main.py": _API,
            }
        ),
        Case(
            {
                "web/api.ts": """\
const BASE_URL = process.env.NEXT_PUBLIC_API_URL;
async function request(path, options = {}) {
  const url = `${BASE_URL}/api${path}`;
  return fetch(url, { ...options, headers });
}
export const api = {
  get: (path) => request(path),
  put: (path, body) => request(path, { method: "PUT", body }),
};
""",
                "web/notes.ts": """\
import { api } from "./api";
export const list = () => api.get("/notes");
export const one = (id) => api.get(`/notes/${id}`);
export const change = (id, note) => api.put(`/notes/${id}`, note);
""",
                "api/main.py": _API,
            }
        ),
        Case(
            {
                "web/api.ts": """\
export class Client {
  private baseUrl = process.env.NEXT_PUBLIC_API_URL;
  private async request(endpoint: string, init?: RequestInit) {
    return fetch(`${this.baseUrl}${endpoint}`, { ...init });
  }
  list() { return this.request("/api/notes"); }
  one(id: string) { return this.request(`/api/notes/${id}`); }
  add(note: Note) { return this.request("/api/notes", { method: "POST", body: note }); }
}
""",
                "api/main.py": _API,
            }
        ),
        Case(
            {
                "web/api.ts": """\
import axios from "axios";
const http = axios.create({ baseURL: process.env.NEXT_PUBLIC_API_URL });
export const list = () => http.get("/api/notes?limit=3");
export const one = (id) => http.get(`/api/notes/${id}`);
export const add = (note) => http.post("/api/notes", note);
""",
                "api/main.py": _API,
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/api.ts": """\
const API_URL = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000";
export const list = () => fetch(`${API_URL}/api/notes${query}`);
export const one = (id) => fetch(`${API_URL}/api/notes/${id}`);
export const change = (id) => fetch(`${API_URL}/api/notes/${id}`, { method: "PATCH" });
export const send = (id, method) => fetch(`${API_URL}/api/notes/${id}`, { method });
export const any = (id, init) => fetch(`${API_URL}/api/notes/${id}`, init);
export const some = (id, init) => fetch(`${API_URL}/api/notes/${id}`, { ...init });
export const proxied = () => fetch(`${API_URL}/api/sync`, { method: "POST" });
""",
                "specs/client.ts": 'fetch(`${API_URL}/api/notes`, { method: "PUT" });\n',
                "web/app/api/sync/route.ts": "export async function POST() { return Response.json({}); }\n",
                "api/main.py": _API,
            }
        ),
        Case(
            {
                "web/api.ts": """\
const CRM_API = "https://crm.vendor.com";
const API_URL = process.env.NEXT_PUBLIC_API_URL;
export const list = () => fetch(`${API_URL}/api/notes`);
export const one = (id) => fetch(`${API_URL}/api/notes/${id}`);
export const send = (note) => fetch(`${CRM_API}/notes`, { method: "POST", body: note });
""",
                "api/main.py": _API,
            }
        ),
    ),
)
