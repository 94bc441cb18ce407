import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._cookies import CookieRead, cookie_reads
from authpact.review.facts._facts import Facts
from authpact.review.facts._gates import is_told_caller
from authpact.review.facts._tokens import looks_session_up
from authpact.review.source._pattern import lazy

_NAME: Final = lazy(r"^(?:__(?:Secure|Host)-)?[\w-]+\.session_token$")
_CUT: Final = lazy(
    r"split\(|partition\(|split_part|unsign|signature|hmac|\[\s*:\s*\d+\s*\]|substr|Serializer|\bre\.|index\(|find\(\s*[\"']\."
)
_SET: Final = lazy(r"set_cookie\(\s*(?:key\s*=\s*)?[\"'][\w.-]*session_token")


def _around(facts: Facts, read: CookieRead) -> str:
    """Return the code that a cookie's value passes: its reader, who asks it, and what they call."""
    places = {(read.module.path, read.function.line): (read.module, read.function)}
    for module, function, _ in facts.project.callers(read.module, read.function):
        places[module.path, function.line] = (module, function)
    depends = re.compile(rf"\b(?:Depends|Security)\(\s*{re.escape(read.function.name)}\b")
    for function in read.module.functions:
        given = " ".join(f"{p.annotation} {p.default}" for p in function.parameters)
        if depends.search(given):
            places[read.module.path, function.line] = (read.module, function)
    for module, function in tuple(places.values()):
        for home, callee in facts.project.callees(module, function):
            places[home.path, callee.line] = (home, callee)
    return "\n".join(f.text for _, f in places.values())


def check(facts: Facts) -> Iterator[Hit]:
    """Yield readers of the signed session cookie that look its whole value up as the token."""
    if not any(looks_session_up(m.code) for m in facts.python):
        return
    if any(_SET.search(m.code) for m in facts.python):
        return
    seen = set[tuple[str, int]]()
    for module in facts.python:
        for read in cookie_reads(module):
            place = (module.path, read.function.line)
            if not _NAME.match(read.name) or place in seen or is_told_caller(read.function):
                continue
            seen.add(place)
            text = _around(facts, read)
            if looks_session_up(text) and not _CUT.search(text):
                message = "The cookie is token and signature: no session has that whole value."
                yield at(module, read.line, message)


RULE = Rule(
    requirement="token:shape",
    category="token-format-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The signed session cookie is looked up as if it were the token.",
    why="Better Auth sets `token.signature`, percent-encoded, and stores the token alone: no session is ever found.",
    remedy="Verify access tokens instead; or decode the cookie, check its signature and look up what stands before the dot.",
    check=check,
    flagged=(
        Case(
            {
                "api/deps.py": """\
def current(request: Request, db=Depends(database)):
    kept = request.cookies.get("better-auth.session_token")
    if not kept:
        raise HTTPException(401)
    row = db.execute(text('SELECT "userId" FROM session WHERE token = :token'), {"token": kept}).first()
    if row is None:
        raise HTTPException(401)
    return row[0]
"""
            }
        ),
        Case(
            {
                "api/deps.py": """\
from api.rows import session_of

NAMES = ("__Secure-notes.session_token", "notes.session_token")

def kept(request: Request):
    for name in NAMES:
        if request.cookies.get(name):
            return request.cookies[name]
    return None

def current(value=Depends(kept)):
    return session_of(value)
""",
                "api/rows.py": """\
def session_of(value):
    return db.query(Session).filter(Session.token == value).first()
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/deps.py": """\
def current(request: Request, db=Depends(database)):
    kept = request.cookies.get("better-auth.session_token", "").split(".")[0]
    return db.execute(text('SELECT "userId" FROM session WHERE token = :token'), {"token": kept}).first()
"""
            }
        ),
        Case(
            {
                "api/login.py": 'def enter(response, made):\n    response.set_cookie("own.session_token", made)\n',
                "api/deps.py": """\
def current(request: Request, db=Depends(database)):
    kept = request.cookies.get("own.session_token")
    return db.execute(text("SELECT user_id FROM session WHERE token = :token"), {"token": kept}).first()
""",
            }
        ),
    ),
)
