import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import handlers
from authpact.review.source._pattern import lazy

_NAMED: Final = (
    r"(?!\w*(?i:public|publishable|anon_|site_key|client_id|vapid|maps|key_id))"
    r"\w*(?i:secret|api_?key|access_key|private_key|service_key|service_role_key|password|database_url|_token)"
)
_READ: Final = (
    rf"(?:os\.getenv\(\s*[\"']{_NAMED}[\"'][^()\n]*\)|(?:os\.)?environ(?:\.get\(\s*|\[)[\"']{_NAMED}[\"'][^()\]\n]*[\])]"
    rf"|\b(?:settings|config|get_settings\(\))\.{_NAMED}\b(?:\.get_secret_value\(\))?)"
)
_KEPT: Final = lazy(rf"^[ \t]*(\w+)\s*(?::[^=\n]+)?=\s*{_READ}\s*$", re.MULTILINE)
_RETURNED: Final = lazy(r"\breturn\s+(?:\w+\.)*(?P<made>\w*)\s*(?P<open>[({])")
_ANSWERS: Final = frozenset(["", "dict", "JSONResponse", "ORJSONResponse"])
_SCRIPT: Final = rf"process\.env\.{_NAMED}\b!?"
_HELD: Final = lazy(rf"\b(?:const|let)\s+(\w+)\s*(?::[^=\n]+)?=\s*{_SCRIPT}\s*(?:;|\n)")


def _told(facts: Facts, text: str) -> int:
    """Return where a function returns a secret of the server as it is, -1 for nowhere."""
    names = [re.escape(m[1]) for m in _KEPT.finditer(text)]
    secret = "|".join([_READ, *(rf"\b{n}\b" for n in names)])
    member = re.compile(rf"(?:[\"']\w+[\"']\s*:|\b\w+\s*=)\s*(?:{secret})\s*(?=[,}})\n])")
    for returned in _RETURNED.finditer(text):
        if returned["made"] not in _ANSWERS and returned["made"] not in facts.project.classes:
            continue
        found = member.search(text, returned.end())
        if found and _is_open(text[returned.start("open") : found.start()]):
            return found.start()
    return -1


def _is_open(text: str) -> bool:
    """Whether the first bracket of a text is still open at its end."""
    depth = 0
    for one in text:
        depth += (one in "([{") - (one in ")]}")
        if depth == 0:
            return False
    return True


def _in_script(text: str) -> int:
    """Return where a handler answers with a secret of the server, -1 for nowhere."""
    names = [re.escape(m[1]) for m in _HELD.finditer(text)]
    secret = "|".join([_SCRIPT, *(rf"\b{n}\b" for n in names)])
    found = re.search(
        rf"\.json\(\s*\{{(?:[^;{{}}]*?,)?\s*(?:\w+\s*:\s*)?(?:{secret})\s*[,}}]", text
    )
    return found.start() if found else -1


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers that hold a secret of the server itself."""
    message = "A secret of the server is part of the answer."
    for route in facts.routes:
        text = route.function.text
        start = _told(facts, text) if route.reachable else -1
        if start >= 0:
            line = route.function.line + text.count("\n", 0, start)
            yield at(route.module, line, message, Severity.HIGH if route.protected else None)
    for handler in handlers(facts):
        text = handler.function.text
        start = _in_script(text) if "process.env" in text else -1
        if start >= 0:
            yield at(handler.module, handler.function.line + text.count("\n", 0, start), message)


_ROUTE: Final = """\
from fastapi import FastAPI

app = FastAPI()

class Opened(BaseModel):
    value: str

@app.post("/speech/session")
def speech():
    key = os.getenv("SPEECH_API_KEY")
    if not key:
        raise HTTPException(503)
    LINE
"""


def _route(*lines: str) -> Case:
    """Return a route that reads a key of the server."""
    return Case({"main.py": _ROUTE.replace("LINE", "\n    ".join(lines))})


RULE = Rule(
    requirement="error:no-leak",
    category="sensitive-field-exposed",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A secret of the server is answered.",
    why="Whoever asks may use the account that the key belongs to, at your cost and in your name.",
    remedy="Call the service from the server, or mint a short-lived token for the one who asks; then replace the key.",
    check=check,
    flagged=(
        _route("return {'client_secret': key}"),
        _route("return Opened(value=key)"),
        _route("return JSONResponse({'region': 'eu', 'key': settings.speech_api_key})"),
        Case(
            {
                "app/api/speech/route.ts": """\
export async function GET() {
  const key = process.env.SPEECH_API_KEY;
  return Response.json({ region: "eu", key });
}
"""
            }
        ),
    ),
    accepted=(
        _route("return {'ready': bool(key)}"),
        _route("return {'client_secret': open_session(key).secret}"),
        _route("token = open_session(api_key=key)", "return {'token': token}"),
        _route("return {'site': os.getenv('MAP_PUBLIC_API_KEY')}"),
        _route("return {'key': key[-4:]}"),
        Case(
            {
                "app/api/speech/route.ts": """\
export async function GET() {
  const key = process.env.SPEECH_API_KEY;
  if (!key) return Response.json({ error: "no key" }, { status: 503 });
  const { token } = await open(key);
  return Response.json({ token });
}
"""
            }
        ),
    ),
)
