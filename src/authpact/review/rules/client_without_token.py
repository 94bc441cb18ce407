import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._endpoints import shape
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_API: Final = lazy(r"(?:NEXT_PUBLIC_\w*(?:API|BACKEND)\w*|:8000)")
_SENDS: Final = lazy(
    r"Authorization|setAuthParams|\bauth\s*[?:(]|Bearer|getToken|credentials\s*:\s*[\"']include|withCredentials\s*:\s*true|x-api-key",
    re.IGNORECASE,
)


_HIDDEN: Final = lazy(
    r"(?:startsWith|includes|indexOf|match|getCookie|Cookies\.get|split)\(\s*[\"'`/](?:__Secure-)?better-auth\.session_token"
)


def _reads_hidden(facts: Facts) -> Iterator[Hit]:
    """Yield scripts that look for the session cookie, which is HttpOnly, to send it along."""
    if any(re.search(r"httpOnly\s*:\s*false", s.text) for s in facts.issuers.servers):
        return
    for module in facts.browser:
        if not re.search(r"document\.cookie|getCookie|Cookies\b", module.code) or any(
            i.module == "next/headers" for i in module.imports
        ):
            continue
        found = next(lines_matching(module.code, _HIDDEN), None)
        if found and re.search(r"Bearer\b", module.code):
            yield at(
                module, found[0], "The session cookie is HttpOnly: there is never a token here."
            )


_HOOKS: Final = lazy(r"interceptors|defaults\.headers")


_MAKES: Final = lazy(r"(?:axios|ky|ofetch|\$fetch)\.(?:create|extend)")


def _of_api(facts: Facts, call: Call) -> bool:
    """Whether a client is made for the API, and no other is made from it."""
    text = call.arguments[0].text
    extended = any(
        re.search(r"\bky\.extend\(|\.extend\(\s*\{[^;]*(?:hooks|headers)", m.code)
        for m in facts.browser
    )
    return bool(_API.search(text) or re.search(r"API_\w*URL|\bAPI\b", text)) and not extended


def _asking_public_paths(facts: Facts) -> frozenset[str]:
    """Return scripts of which all requests are for paths that are served to anybody."""
    public = {shape(p) for r in facts.served if not r.protected for p in r.paths}
    public -= {shape(p) for r in facts.served if r.protected for p in r.paths}
    asked: dict[str, list[bool]] = {}
    for request in facts.requests:
        asked.setdefault(request.module.path, []).append(shape(request.path) in public)
    by_path = facts.project.by_path
    sent = {path: len(re.findall(r"\bfetch\(", by_path[path].code)) for path in asked}
    return frozenset(p for p, rows in asked.items() if all(rows) and len(rows) >= sent[p])


def check(facts: Facts) -> Iterator[Hit]:
    """Yield API clients that attach no credential, or look for one where scripts see none."""
    yield from _reads_hidden(facts)
    if not facts.verifications or not any(r.protected for r in facts.routes):
        return
    sending = {m.path for m in facts.browser if _SENDS.search(m.code)}
    hooked = {m.path for m in facts.browser if m.path in sending and _HOOKS.search(m.code)}
    public = _asking_public_paths(facts)
    for module in facts.browser:
        if module.path in public:
            continue
        created = [c for c in module.calls if _MAKES.fullmatch(c.name) and c.arguments]
        created = [c for c in created if c.name == "axios.create" or _of_api(facts, c)]
        for call in created:
            intercepted = re.search(r"interceptors\.request\.use", module.code)
            elsewhere = bool(hooked - {module.path})
            if module.path not in sending and (intercepted or not elsewhere):
                yield at(module, call, "This client of the API attaches no token.")
        if (
            not created
            and not sending
            and "fetch(" in module.code
            and re.search(r"\bfetch\(", module.code)
            and _API.search(module.code)
        ):
            fetch = (
                next(c for c in module.calls if c.last == "fetch")
                if any(c.last == "fetch" for c in module.calls)
                else None
            )
            if fetch:
                yield at(module, fetch, "This client of the API attaches no token.")


_GUARDED: Final = """\
import jwt
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    return jwt.decode(token, "k", algorithms=["HS256"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user

@app.get("/news")
def news():
    return []
"""

RULE = Rule(
    requirement="access:authenticated",
    category="missing-bearer-on-client",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The client calls the API without a token.",
    why="Every protected call is refused.",
    remedy="Attach `Authorization: Bearer …` in the one function that calls the API.",
    check=check,
    flagged=(
        Case(
            {
                "web/api.ts": """\
import ky from "ky";
export const api = ky.create({ prefixUrl: process.env.NEXT_PUBLIC_API_URL, retry: 2 });
""",
                "api/main.py": _GUARDED,
            }
        ),
        Case(
            {
                "web/api.ts": """\
import axios from "axios";
const api = axios.create({ baseURL: process.env.NEXT_PUBLIC_API_URL });
api.interceptors.request.use((config) => config);
""",
                "api/main.py": """\
import jwt
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    return jwt.decode(token, "k", algorithms=["HS256"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user
""",
            }
        ),
        Case(
            {
                "web/api.ts": """\
const own = document.cookie.split(";").find((c) => c.trim().startsWith("better-auth.session_token="));
fetch("/x", { headers: { Authorization: `Bearer ${own?.split("=")[1]}` } });
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/api.ts": """\
const API = process.env.NEXT_PUBLIC_API_URL;
export const news = () => fetch(`${API}/news`);
""",
                "api/main.py": _GUARDED,
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ advanced: { defaultCookieAttributes: { httpOnly: false } } });
""",
                "web/api.ts": """\
const own = document.cookie.split(";").find((c) => c.trim().startsWith("better-auth.session_token="));
fetch("/x", { headers: { Authorization: `Bearer ${own?.split("=")[1]}` } });
""",
            }
        ),
        Case(
            {
                "web/api.ts": """\
import axios from "axios";
const api = axios.create({ baseURL: process.env.NEXT_PUBLIC_API_URL });
api.interceptors.request.use((config) => { config.headers.Authorization = `Bearer ${token}`; return config; });
""",
                "api/main.py": """\
import jwt
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    return jwt.decode(token, "k", algorithms=["HS256"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user
""",
            }
        ),
    ),
)
