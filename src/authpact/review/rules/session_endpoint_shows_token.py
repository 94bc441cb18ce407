import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.facts._tokens import looks_session_up
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching, members

_PATH: Final = lazy(r"/(?:get-session|session)/?$")
_TOKEN: Final = lazy(
    r"[\"'](?:token|access_token|session_token)[\"']\s*:\s*\w*token\w*", re.IGNORECASE
)


_CALLBACK: Final = lazy(
    r"\bsession(?:\s+as\s+\w+)?\)?\.(?:user\.)?(?:access|api|backend|id|refresh)?_?(?:[tT]oken|jwt)\s*="
)
_TAKEN: Final = lazy(
    r"\b(?:data|session|result|res|response)\??\.(?:data\??\.)?session\??\.token\b|\.data\??\.session\??\.token\b"
)


def _from_route(facts: Facts, route: Route) -> Hit | None:
    """Return where a session route, or what it calls, answers a token."""
    places = [(route.module, route.function), *facts.project.callees(route.module, route.function)]
    for module, function in places:
        found = next(lines_matching(function.text, _TOKEN), None)
        if found and "encode(" not in function.text:
            line = function.line + found[0] - 1
            return at(module, line, "The answer holds the token of the HttpOnly cookie.")
    return None


def _beside_cookie(route: Route) -> Hit | None:
    """Return where a route answers the token that it also puts into an HttpOnly cookie."""
    for call in route.module.calls_in(route.function):
        value = call.text_of("value", 1)
        hidden = call.last == "set_cookie" and call.text_of("httponly") == "True"
        if hidden and re.fullmatch(r"\w*token\w*", value, re.IGNORECASE):
            answer = re.compile(rf"\b(?:access_)?token[\"']?\s*[=:]\s*{value}\b")
            returned = route.function.text.rpartition("return")[2]
            if answer.search(returned):
                line = route.function.text.count("\n", 0, route.function.text.rfind("return"))
                message = "The answer holds the token that an HttpOnly cookie was to hide."
                return at(route.module, route.function.line + line, message)
    return None


def _in_scripts(facts: Facts) -> Iterator[Hit]:
    """Yield session tokens that scripts take out of the session, or callbacks put into it."""
    opaque = any(looks_session_up(m.code) for m in facts.python)
    for module in facts.browser:
        if re.search(r"\bcallbacks\s*:", module.code):
            for line, _ in lines_matching(module.code, _CALLBACK):
                yield at(module, line, "The session endpoint answers the token of the API.")
        sends = re.search(r"Bearer\b|Authorization|getSession\(|setToken\(", module.code)
        in_browser = not re.search(
            r"[\"'](?:next/headers|server-only)[\"']|\.api\.getSession", module.code
        )
        takes = opaque and sends and in_browser
        found = next(lines_matching(module.code, _TAKEN), None) if takes else None
        if found:
            yield at(module, found[0], "A script takes the session token out of the session.")


_ASKED: Final = lazy(r"(?:await\s+)?\w+\.api\.getSession\(")
_ANSWERS: Final = frozenset(
    {"Response.json", "NextResponse.json", "newResponse", "res.json", "JSON.stringify"}
)


def _whole(text: str, name: str) -> bool:
    """Whether an answer holds the session with its token, not a part that somebody chose."""
    held = {name, f"{name}.session", f"{name}?.session", f"{name}!.session"}
    inside = members(text)
    spread = any(k.removeprefix("...") in held for k in inside if k.startswith("..."))
    return text in held or spread or bool(held & set(inside.values()))


def _in_handlers(facts: Facts) -> Iterator[Hit]:
    """Yield route handlers that answer the session of Better Auth as it is."""
    for module in facts.handlers:
        asked = [a for a in module.assignments if _ASKED.match(a.value)]
        for call in module.calls if asked else ():
            function = module.function_of(call)
            if call.name not in _ANSWERS or function is None or not call.arguments:
                continue
            if re.search(r"\bdelete\b|\btoken\s*:\s*_|\bomit\(", function.text):
                continue
            names = [a.target for a in asked if a.function == call.function]
            if any(_whole(call.arguments[0].text, n) for n in names):
                yield at(module, call, "The answer holds the session with its token.")


def _from_cookie(route: Route) -> Hit | None:
    """Return where a route answers the text of the cookie that it is given."""
    before, _, returned = route.function.text.rpartition("return")
    for one in route.function.parameters:
        text = f"{one.annotation} {one.default}"
        if "Cookie(" not in text or not re.search(r"token|session|jwt", f"{one.name} {text}"):
            continue
        if re.search(rf"[:=]\s*{re.escape(one.name)}\b(?!\s*[.\[(])", returned):
            line = route.function.line + before.count("\n")
            return at(route.module, line, "The answer holds the token of the HttpOnly cookie.")
    return None


def check(facts: Facts) -> Iterator[Hit]:
    """Yield session endpoints that answer the token of an HttpOnly cookie, and who takes it."""
    for route in facts.routes:
        named = route.method == "get" and any(_PATH.search(p) for p in route.paths)
        hit = _from_route(facts, route) if named else _beside_cookie(route)
        hit = hit or _from_cookie(route)
        if hit:
            yield hit
    yield from _in_scripts(facts)
    yield from _in_handlers(facts)


RULE = Rule(
    requirement="browser:storage",
    category="token-exposed-by-session-endpoint",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The session endpoint gives the token to scripts.",
    why="HttpOnly is worth nothing when a script can ask for the value.",
    remedy="Answer the user only.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/who/route.ts": """\
export async function GET(request) {
  const found = await auth.api.getSession({ headers: request.headers });
  return NextResponse.json({ ok: true, session: found?.session });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import Cookie, FastAPI

app = FastAPI()

@app.get("/who")
def who(app_token: str = Cookie()):
    return {"user": read(app_token), "value": app_token}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/auth/get-session")
def session(request):
    return {"user": user, "token": token}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Response

app = FastAPI()

@app.post("/login")
def login(response: Response):
    token = create(user)
    response.set_cookie(key="session", value=token, httponly=True)
    return {"token": token}
"""
            }
        ),
        Case(
            {
                "auth.config.ts": """\
export default {
  callbacks: {
    async session({ session, token }) {
      session.accessToken = token.accessToken;
      return session;
    },
  },
};
"""
            }
        ),
        Case(
            {
                "api/deps.py": """\
def current_user(token):
    return db.execute('SELECT "userId" FROM session WHERE token = :t', {"t": token})
""",
                "web/lib/api.ts": """\
const { data } = await authClient.getSession();
headers.Authorization = `Bearer ${data?.session?.token}`;
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/who/route.ts": """\
export async function GET(request) {
  const found = await auth.api.getSession({ headers: request.headers });
  return NextResponse.json({ ok: true, session: { until: found?.session.expiresAt }, user: found.user });
}
"""
            }
        ),
        Case(
            {
                "api/deps.py": """\
def current_user(token):
    return db.execute('SELECT "userId" FROM session WHERE token = :t', {"t": token})
""",
                "web/app/page.tsx": """\
import { headers } from "next/headers";
const session = await auth.api.getSession({ headers: await headers() });
fetch(url, { headers: { Authorization: `Bearer ${session.session.token}` } });
""",
            }
        ),
        Case(
            {
                "auth.config.ts": """\
export default {
  callbacks: {
    async session({ session, token }) {
      session.user.id = token.sub;
      return session;
    },
  },
};
""",
                "main.py": """\
from fastapi import FastAPI, Response

app = FastAPI()

@app.post("/login")
def login(response: Response):
    token = create(user)
    response.set_cookie(key="session", value=token, httponly=True)
    return {"user": user}
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/auth/get-session")
def session(request):
    return {"user": user}
"""
            }
        ),
    ),
)
