import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import actions, handlers
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_SECRETS: Final = r"(?:accounts?|sessions?|verifications?)"
_INCLUDED: Final = lazy(
    rf"\b(?:include|with)\s*:\s*\{{[^;]*?\b{_SECRETS}\s*:\s*true\b", re.IGNORECASE
)
_PERSON: Final = lazy(r"\.(?:users?|members?|people|profiles?)\.find\w*$", re.IGNORECASE)
_TABLE: Final = lazy(rf"\.{_SECRETS}\.find\w*$", re.IGNORECASE)
_NARROWED: Final = lazy(r"\bselect\s*:|\bcolumns\s*:|\bomit\s*:")
_NAMED: Final = lazy(r"\b(?:const|let|var)\s+(\w+)\s*=\s*(?:await\s+)?[\w.]*$")
_ANSWER: Final = r"(?:\.json\(\s*(?:\{{[^}}]*\b)?{0}\b(?![.?(\[])|\breturn\s+{0}\s*[;\n}}]|\breturn\s+\{{[^}}.]*\b{0}\s*[,}}])"
_WHOLE: Final = lazy(
    r"\bSELECT\s+(?:\w+\.)?\*\s+FROM\s+\\?[\"`]?(?:public\.)?(users?|accounts?|sessions?)\b(?![^\n]*\bCOUNT)",
    re.IGNORECASE,
)
_ROW: Final = lazy(r"\breturn\s+(?:\[?\s*dict\(|row|rows|list\(|result|await\b|[\w.]*fetch)")
_HASHED: Final = lazy(
    r"^\s+(?:hashed_password|password_hash|password_digest|password|access_token|refresh_token)\s*[:=]",
    re.MULTILINE,
)


def _asks_for_secrets(name: str, text: str) -> bool:
    """Whether a query of the store brings hashes or tokens along with the rows."""
    if _NARROWED.search(text) and not _INCLUDED.search(text):
        return False
    is_person = _PERSON.search(name) is not None and _INCLUDED.search(text) is not None
    return is_person or _TABLE.search(name) is not None


def _in_scripts(facts: Facts) -> Iterator[Hit]:
    for handler in (*handlers(facts), *actions(facts)):
        code, function = handler.module.code.encode(), handler.function
        for call in handler.module.calls_in(function):
            text = " ".join(a.text for a in call.arguments)
            if not _asks_for_secrets(call.name, text):
                continue
            before = code[function.start : call.start].decode(errors="ignore")
            after = code[call.end : function.end].decode(errors="ignore")
            named = _NAMED.search(before)
            direct = re.search(r"(?:\.json\(|\breturn)\s*(?:await\s+)?[\w.]*$", before)
            if direct or (named and re.search(_ANSWER.format(named[1]), after)):
                message = "Password hashes and tokens of accounts or sessions are in the answer."
                yield at(handler.module, call.line, message)


def _in_route(facts: Facts, route: Route) -> bool:
    """Whether a route without an answer model returns all columns of a table with secrets."""
    function = route.function
    if route.decorator.text_of("response_model") or "->" in function.text.partition(":\n")[0]:
        return False
    if not (_WHOLE.search(function.text) and _ROW.search(function.text)):
        return False
    tables = {m[1].lower().rstrip("s") for m in _WHOLE.finditer(function.text)}
    known = [
        c
        for n in ("User", "Account", "Session")
        if n.lower() in tables and (c := facts.project.classes.get(n))
    ]
    secret = bool(tables - {"user"}) or any(_HASHED.search(c[1].text) for c in known)
    return secret and ".pop(" not in function.text


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers that hold whole rows of tables with hashes and tokens."""
    yield from _in_scripts(facts)
    for route in facts.routes:
        if route.reachable and _in_route(facts, route):
            yield at(
                route.module, route.function, "All columns of a table with secrets are answered."
            )


RULE = Rule(
    requirement="error:no-leak",
    category="sensitive-field-exposed",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Rows with password hashes or tokens are answered whole.",
    why="Better Auth keeps hashes and provider tokens in `account`, and session tokens in `session`: who reads them is their user.",
    remedy="Select the public columns by name.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/crew/route.ts": """\
export async function GET() {
  const crew = await prisma.user.findMany({ include: { sessions: true } });
  return Response.json({ crew });
}
"""
            }
        ),
        Case(
            {
                "app/actions.ts": """\
"use server";
export async function links() {
  return db.query.account.findMany({ where: mine() });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/devices")
async def devices(user=Depends(get_current_user), db=Depends(get_pool)):
    rows = await db.fetch('SELECT * FROM session WHERE "userId" = $1', user.id)
    return [dict(r) for r in rows]
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/crew/route.ts": """\
export async function GET() {
  const crew = await prisma.user.findMany({ include: { boats: true } });
  const known = await prisma.session.findMany({ where: { live: true } });
  return Response.json({ crew, live: known.length });
}

export async function POST() {
  const some = await prisma.session.findMany({ select: { id: true, createdAt: true } });
  return Response.json(some);
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/devices")
async def devices(user=Depends(get_current_user), db=Depends(get_pool)):
    rows = await db.fetch('SELECT id, "userAgent" FROM session WHERE "userId" = $1', user.id)
    return [dict(r) for r in rows]
"""
            }
        ),
    ),
)
