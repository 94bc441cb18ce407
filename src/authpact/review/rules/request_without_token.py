import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._endpoints import shape
from authpact.review.facts._facts import Facts
from authpact.review.facts._requests import VERBS
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members

_COOKIES: Final = lazy(
    r"\.cookies\b|\bCookie\(|APIKeyCookie|cookie_(?:name|transport)", re.IGNORECASE
)
_PATCHED: Final = lazy(r"(?:window|globalThis|global)\.fetch\s*=|axios\.(?:defaults|interceptors)")
_GUARD: Final = lazy(r"(?:^|/)(?:middleware|proxy)\.[jt]sx?$")
_CARRIES: Final = lazy(
    r"authorization|bearer|cookie|\btoken|x-api-key|credentials|\bauth\b", re.IGNORECASE
)
_GIVES: Final = lazy(
    r"authorization|bearer|cookie|\btoken|x-api-key|credentials|\bauth\s*[:?(]", re.IGNORECASE
)
_ADDRESS: Final = lazy(
    r"NEXT_PUBLIC_\w*(?:API|BACKEND)\w*|VITE_\w*API\w*|[\"'`]https?://[\w.-]+:8\d{3}"
)
_JOINED: Final = lazy(r"^`\$\{[^{}`]+\}\$\{\s*\w+\s*\}`$|^[\w.]+\s*\+\s*\w+$")
_PATH: Final = lazy(r"^[\"'`](/(?:\$\{[^}`]*\}|[^\"'`?#$])*)(?:\?[^\"'`]*)?[\"'`]$")
_OPENED: Final = lazy(r"^`\$\{[^{}`]+\}(/[^`?#]*)")


def _guarded(facts: Facts) -> dict[tuple[str, tuple[str, ...]], bool]:
    """Return method and shape of every path with whether no route serves it to strangers."""
    found: dict[tuple[str, tuple[str, ...]], bool] = {}
    for route in facts.served:
        for path in route.paths or (route.path,):
            key = route.method, shape(path)
            found[key] = found.get(key, True) and route.protected
    return found


def _is_bare(call: Call) -> bool:
    """Whether the options of a request are all written there, and none is a credential."""
    if call.name not in {"fetch", "axios.get", "axios.post", "axios.put", "axios.delete"}:
        return False
    options = [a.text.strip() for a in call.arguments[1:]]
    for text in options:
        given = members(text)
        if not text.startswith("{") or "..." in text or _CARRIES.search(text):
            return False
        headers = given.get("headers", "{}")
        if not headers.startswith("{"):
            return False
    return not _CARRIES.search(call.arguments[0].text)


def _asked(facts: Facts) -> Iterator[tuple[Module, Call, str, str]]:
    """Yield requests without a credential: module, call, method and path."""
    places = {(r.module.path, r.line): r for r in facts.requests if not r.wrapped}
    for module in facts.scripts:
        for call in module.calls:
            request = places.get((module.path, call.line))
            if request is not None and request.method and _is_bare(call):
                yield module, call, request.method, request.fixed + request.path
            function = module.function_of(call)
            text = function.text if function else module.code
            if call.last == "open" and "new XMLHttpRequest" in text and len(call.arguments) > 1:
                found = _OPENED.match(call.arguments[1].text)
                if found and not re.search(r"setRequestHeader|withCredentials", text):
                    yield module, call, call.arguments[0].text.strip("\"'`").lower(), found[1]


def _unsent(facts: Facts) -> Iterator[tuple[str, Hit]]:
    guarded = _guarded(facts)
    for module, call, method, path in _asked(facts):
        if guarded.get((method, shape(path))):
            message = f"{method.upper()} {path} demands a token; none is sent."
            yield module.path, at(module, call, message)


def _wrapper(module: Module) -> Call | None:
    """Return the request of a file that puts the address of the API before paths, with nothing."""
    if not _ADDRESS.search(module.code) or _GIVES.search(module.code):
        return None
    calls = (c for c in module.calls if c.name in {"fetch", "axios"} and c.arguments)
    return next((c for c in calls if _JOINED.match(c.arguments[0].text)), None)


def _made_from(facts: Facts, user: Module, wrapper: Module) -> frozenset[str]:
    """Return what a file has from another: names it imports, and clients they make for it."""
    aliases = {i.alias for i in user.imports if facts.project.module_of(user, i.module) is wrapper}
    called = [re.compile(rf"\b{re.escape(a)}\(") for a in aliases if a]
    made = {a.target for a in user.assignments if any(c.search(a.value) for c in called)}
    return frozenset(aliases | made)


def _through(facts: Facts, wrapper: Module) -> Iterator[tuple[str, str]]:
    """Yield method and path of what other files ask for through a file, with no credential."""
    for user in facts.scripts:
        if wrapper.path not in facts.loaded.asked_by(user.path):
            continue
        names = _made_from(facts, user, wrapper)
        for call in user.calls:
            root, _, last = call.name.partition(".")
            asked = last in VERBS and root in names and call.arguments
            path = _PATH.match(call.arguments[0].text) if asked else None
            if path and not any(_CARRIES.search(a.text) for a in call.arguments[1:]):
                yield last, path[1]


def _bare_wrappers(facts: Facts) -> Iterator[Hit]:
    """Yield clients of an API elsewhere that send neither token nor cookie to guarded paths."""
    found = [(m, c) for m in facts.browser if (c := _wrapper(m))]
    guarded = _guarded(facts) if found else {}
    for module, call in found:
        for method, path in _through(facts, module):
            if guarded.get((method, shape(path))):
                message = f"{method.upper()} {path} demands a token; this client sends none."
                yield at(module, call, message)
                break


def check(facts: Facts) -> Iterator[Hit]:
    """Yield requests of protected paths whose options hold no credential, one a file."""
    if not facts.verifications and not any("Bearer" in m.code for m in facts.python):
        return
    added = any(_PATCHED.search(m.code) for m in facts.scripts)
    forwards = any(
        _GUARD.search(m.path) and re.search("authorization", m.code, re.IGNORECASE)
        for m in facts.scripts
    )
    if added or forwards:
        return
    yield from _bare_wrappers(facts)
    if not any(_COOKIES.search(m.code) for m in facts.python):
        yield from once(_unsent(facts))


_API: Final = """\
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()

def current_user(sent=Depends(HTTPBearer())):
    return jwt.decode(sent.credentials, KEY, algorithms=["HS256"])["sub"]

@app.get("/notes")
def notes(user=Depends(current_user)):
    return []

@app.post("/notes")
def add(user=Depends(current_user)):
    return {}

@app.get("/news")
def news():
    return []
"""
_PAGE: Final = """\
import { senderFor } from "./lib/send";
const { data: session } = authClient.useSession();
const sender = senderFor(session);
export const notes = () => sender.get("/notes");
"""

RULE = Rule(
    requirement="access:authenticated",
    category="missing-bearer-on-client",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="One request of a protected path carries no token.",
    why="The route refuses it, whatever the other requests of the client send.",
    remedy="Send it through the function that attaches `Authorization: Bearer …`.",
    check=check,
    flagged=(
        Case(
            {
                "api/main.py": _API.replace("import jwt", "import jwt\nfrom fastapi import Cookie"),
                "web/lib/send.ts": """\
const BASE = process.env.NEXT_PUBLIC_API_URL;
class Sender {
  async ask(path, init = {}) {
    return fetch(`${BASE}${path}`, { ...init, headers: { Accept: "application/json" } });
  }
  get(path) { return this.ask(path); }
}
export const senderFor = (someone) => new Sender();
""",
                "web/page.ts": _PAGE,
            }
        ),
        Case(
            {
                "api/main.py": _API,
                "web/lib/api.ts": """\
const BASE = process.env.NEXT_PUBLIC_API_URL;
export const notes = (token) => fetch(`${BASE}/notes`, { headers: { Authorization: `Bearer ${token}` } });
export const add = (text) => fetch(`${BASE}/notes`, { method: "POST", body: text });
""",
            }
        ),
        Case(
            {
                "api/main.py": _API,
                "web/lib/send.ts": """\
export function send(API_URL, form) {
  const request = new XMLHttpRequest(); // no token
  request.open("POST", `${API_URL}/notes`);
  request.send(form);
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/main.py": _API,
                "web/lib/send.ts": """\
const BASE = process.env.NEXT_PUBLIC_API_URL;
class Sender {
  async ask(path, init = {}) {
    return fetch(`${BASE}${path}`, { ...init, credentials: "include", headers: { Accept: "application/json" } });
  }
  get(path) { return this.ask(path); }
}
export const senderFor = (someone) => new Sender();
""",
                "web/page.ts": _PAGE,
            }
        ),
        Case(
            {
                "api/main.py": _API,
                "web/lib/send.ts": """\
const BASE = process.env.NEXT_PUBLIC_API_URL;
class Sender {
  async ask(path, init = {}) {
    return fetch(`${BASE}${path}`, { ...init, headers: { Accept: "application/json" } });
  }
  get(path) { return this.ask(path); }
}
export const senderFor = (someone) => new Sender();
""",
                "web/page.ts": _PAGE.replace("/notes", "/news"),
            }
        ),
        Case(
            {
                "api/main.py": _API,
                "web/lib/api.ts": """\
const BASE = process.env.NEXT_PUBLIC_API_URL;
export const news = () => fetch(`${BASE}/news`);
export const notes = async () => fetch(`${BASE}/notes`, { headers: await headers() });
export const add = (init) => fetch(`${BASE}/notes`, { method: "POST", ...init });
const headers = async () => ({ Authorization: `Bearer ${await token()}` });
""",
            }
        ),
    ),
)
