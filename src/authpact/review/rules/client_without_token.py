import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_API: Final = re.compile(r"(?:NEXT_PUBLIC_\w*(?:API|BACKEND)\w*|:8000)")
_SENDS: Final = re.compile(
    r"Authorization|setAuthParams|\bauth\s*[?:(]|Bearer|getToken|credentials\s*:\s*[\"']include|withCredentials\s*:\s*true|x-api-key",
    re.IGNORECASE,
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield API clients that attach no credential."""
    if not facts.verifications or not any(r.protected for r in facts.routes):
        return
    for module in facts.browser:
        created = [c for c in module.calls if c.name == "axios.create"]
        for call in created:
            intercepted = re.search(r"interceptors\.request\.use", module.code)
            elsewhere = any(
                _SENDS.search(m.code) and re.search(r"interceptors|defaults\.headers", m.code)
                for m in facts.browser
                if m is not module
            )
            if not _SENDS.search(module.code) and (intercepted or not elsewhere):
                yield at(module, call, "This client of the API attaches no token.")
        if (
            not created
            and _API.search(module.code)
            and re.search(r"\bfetch\(", module.code)
            and not any(_SENDS.search(m.code) for m in facts.browser)
        ):
            fetch = (
                next(c for c in module.calls if c.last == "fetch")
                if any(c.last == "fetch" for c in module.calls)
                else None
            )
            if fetch:
                yield at(module, fetch, "This client of the API attaches no token.")


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
    ),
    accepted=(
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
