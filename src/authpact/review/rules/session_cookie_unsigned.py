import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_PARSE: Final = lazy(
    r"JSON\.parse\(\s*(?:decodeURIComponent\(|atob\(|Buffer\.from\()?\s*(\w*(?:session|cookie|auth)\w*)[\w.?!]*",
    re.IGNORECASE,
)
_VERIFIED: Final = lazy(
    r"verify|createHmac|unsign|unseal|decrypt|jwtVerify|getSession\(|betterFetch", re.IGNORECASE
)


_LOOKED_UP: Final = lazy(
    r"\.(?:query|execute|findFirst|findUnique|findOne|find_one|select|where|filter\w*|scalar\w*|exec)\("
    r"[\s\S]{0,600}?(?:token|session_?id|\bsid\b)",
    re.IGNORECASE,
)
"""A store is asked for what the cookie names."""
_PYTHON: Final = lazy(
    r"json\.loads\(\s*(?:[\w.]+\(\s*){0,3}(?:request|websocket|self\.request)\.cookies",
    re.IGNORECASE,
)
_CHECKED: Final = lazy(
    r"hmac|unsign|\.loads\(\s*\w+\s*,|Serializer|decrypt|Fernet|jwt", re.IGNORECASE
)


_COOKIE: Final = lazy(r"\bcookies\b[^\n]*\.get\(|\bcookies\s*\[|getCookie\(")
_JAR: Final = lazy(r"(?:await\s+)?cookies\(\)|\w+\.cookies")
_IDENTITY: Final = lazy(
    r"[\"'.]\s*(?:user_?id|uid|sub|user|email|role|is_?admin|account_?id)\b", re.IGNORECASE
)


def _given(module: Module, function: Function) -> set[str]:
    """Return the names of a function that hold a cookie as the browser sent it."""
    inside = [a for a in module.assignments if function.line <= a.line <= function.end_line]
    taken = {p.name for p in function.parameters if "Cookie(" in f"{p.annotation} {p.default}"}
    jars = "|".join(a.target for a in inside if _JAR.fullmatch(a.value)) or r"\0"
    read = re.compile(rf"{_COOKIE.pattern}|\b(?:{jars})\.get\(")
    return taken | {a.target for a in inside if read.search(a.value)}


def _through_names(module: Module, parsers: frozenset[str]) -> Iterator[int]:
    """Yield where an identity is parsed from a name that holds a cookie."""
    for call in module.calls:
        function = module.function_of(call)
        if call.name not in parsers or function is None or not call.arguments:
            continue
        names = "|".join(sorted(n for n in _given(module, function) if re.fullmatch(r"\w+", n)))
        _, _, after = function.text.partition(call.name)
        trusted = _CHECKED.search(function.text) or _VERIFIED.search(function.text)
        asked = _LOOKED_UP.search(after) and re.search(r"token|session_?id|\bsid\b", after)
        if not names or trusted or asked:
            continue
        if re.search(rf"\b(?:{names})\b", call.arguments[0].text) and _IDENTITY.search(after):
            yield call.line


def _in_python(facts: Facts) -> Iterator[Hit]:
    for module, line, _ in facts.matches(facts.python, _PYTHON):
        inside = [f for f in module.functions if f.line <= line <= f.end_line]
        text = inside[-1].text if inside else module.code
        looked_up = _LOOKED_UP.search(text.partition(".cookies")[2])
        if not _CHECKED.search(text) and not looked_up:
            yield at(module, line, "The identity is read from a cookie that anybody can write.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield servers that believe a cookie without a signature."""
    yield from _in_python(facts)
    for module in (*facts.python, *facts.scripts):
        server = not is_client(module) and "document.cookie" not in module.code
        parsers = frozenset({"json.loads", "loads", "JSON.parse"})
        for line in _through_names(module, parsers) if server else ():
            yield at(module, line, "The identity is read from a cookie that anybody can write.")
    for module, line, _ in facts.matches(facts.scripts, _PARSE):
        around = "\n".join(module.lines[max(0, line - 12) : line + 2])
        function = next((f for f in module.functions if f.line <= line <= f.end_line), None)
        text = function.text if function else module.code
        if _LOOKED_UP.search(text.partition("JSON.parse")[2]):
            continue
        if re.search(r"cookies\(\)|cookies\.get\(|cookieStore", around) and not _VERIFIED.search(
            text.partition("JSON.parse")[0].rpartition("function")[2]
        ):
            yield at(module, line, "The identity is read from a cookie that anybody can write.")


RULE = Rule(
    requirement="signature:verified-first",
    category="unsigned-session-cookie",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A session is parsed from an unsigned cookie.",
    why="A visitor writes any user id into the cookie and is that user.",
    remedy="Ask Better Auth for the session: `auth.api.getSession({ headers })`.",
    check=check,
    flagged=(
        Case(
            {
                "deps.py": """\
def who(kept: str = Cookie(alias="who")):
    fields = json.loads(b64decode(kept))
    return fields["user_id"]
"""
            }
        ),
        Case(
            {
                "lib/who.ts": """\
import { cookies } from "next/headers";
export async function who() {
  const jar = await cookies();
  const text = jar.get("who")?.value;
  return text ? JSON.parse(atob(text)).email : null;
}
""",
            }
        ),
        Case(
            {
                "app/api/session/route.ts": """\
export async function GET() {
  const sessionCookie = cookies().get("app_session");
  return Response.json(JSON.parse(sessionCookie.value));
}
"""
            }
        ),
        Case(
            {
                "deps.py": """\
def current_user(request):
    return json.loads(base64.b64decode(request.cookies["session"]))
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/look.ts": """\
import { cookies } from "next/headers";
export async function look() {
  const text = (await cookies()).get("look")?.value;
  return JSON.parse(text).theme;
}
""",
            }
        ),
        Case(
            {
                "app/api/session/route.ts": """\
export async function GET(request) {
  const cookieValue = request.cookies.get("app_session")?.value;
  const { user, token } = JSON.parse(cookieValue);
  const rows = await pool.query("SELECT * FROM session WHERE user_id = $1 AND token = $2", [user, token]);
  return Response.json(rows[0] ?? null);
}
""",
                "deps.py": """\
def current_user(request, db):
    kept = json.loads(request.cookies["session"])
    return db.query(Session).filter(Session.token == kept["token"]).one().user
""",
            }
        ),
        Case(
            {
                "deps.py": """\
def current_user(request):
    body, mac = request.cookies["session"].split(".")
    if not hmac.compare_digest(mac, sign(body)):
        raise HTTPException(status_code=401)
    return json.loads(base64.b64decode(body))
"""
            }
        ),
        Case(
            {
                "app/api/session/route.ts": """\
export async function GET(request) {
  return Response.json(await auth.api.getSession({ headers: request.headers }));
}
"""
            }
        ),
    ),
)
