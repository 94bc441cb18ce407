import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy

_SCHEME: Final = lazy(r"scheme(\s*(?:==|!=)\s*)[\"']Bearer[\"']")

_PREFIX: Final = lazy(
    r"\bif\b[^\n]*\bnot\s+\w+\.startswith\(\s*[\"']Bearer ?[\"']\s*\)|\w+\[:[67]\]\s*!=\s*[\"']Bearer ?[\"']"
    r"|\b(?:parts|pieces|\w*header\w*)\[0\]\s*!=\s*[\"']Bearer[\"']"
)
_REFUSES: Final = lazy(r"\b401\b|HTTP_401|\b403\b|HTTP_403|Unauthorized|raise\b")


def _refused(facts: Facts) -> Iterator[Hit]:
    """Yield prefixes compared as written, where another spelling is refused at once."""
    live = {r.module.path for r in facts.routes if r.reachable}
    dead = {r.module.path for r in facts.routes} - live
    asked = tuple(m for m in facts.python if "Bearer" in m.code and m.path not in dead)
    for module, line, _ in facts.matches(asked, _PREFIX):
        if _REFUSES.search("\n".join(module.lines[line : line + 3])):
            yield at(module, line, "The scheme is compared with regard to case.")


_KEPT: Final = lazy(
    r"\bif\b[^\n]*(?<!not )\b(\w+)\.startswith\(\s*[\"']Bearer [\"']\s*\)\s*:\s*\n"
    r"\s*(?:return\s+|\w+\s*=\s*)\1(?:\[(?:7|len\([^)\n]*\)):\]"
    r"|\.(?:removeprefix\(|replace\(\s*[\"']Bearer))"
)


_TURNED: Final = lazy(
    r"\bif\b[^\n]*\bnot\s+(\w+)\.startswith\(\s*[\"']Bearer ?[\"']\s*\)\s*:\s*\n\s*return\b"
)
_STRIPS: Final = lazy(r"token|jwt", re.IGNORECASE)


def _is_bare(function: Function, name: str) -> bool:
    """Whether a name is a token whose prefix is optional: another place reads the header."""
    given = next((p for p in function.parameters if p.name == name), None)
    return bool(given and _STRIPS.search(name) and "Header(" not in given.default)


def _ignored(facts: Facts, known: set[tuple[str, int]]) -> Iterator[Hit]:
    """Yield credentials that a reached function takes for absent, their scheme being lower-case."""
    spellings = (
        *facts.matches(facts.python, _KEPT, "Bearer"),
        *facts.matches(facts.python, _TURNED, "Bearer"),
    )
    for module, line, match in spellings:
        around = [f for f in module.functions if f.line <= line <= f.end_line]
        reached = bool(around) and facts.is_reached(module, around[-1])
        if reached and (module.path, line) not in known and not _is_bare(around[-1], match[1]):
            yield at(module, line, "The scheme is compared with regard to case.")


_IN_HANDLER: Final = lazy(r"\bif\s*\([^\n]*!\s*\w+\??\.startsWith\(\s*[\"']Bearer ?[\"']\s*\)")


def _in_handlers(facts: Facts) -> Iterator[Hit]:
    """Yield route handlers that refuse another spelling of the scheme before the API is asked."""
    for module, line, _ in facts.matches(facts.handlers, _IN_HANDLER):
        if _REFUSES.search("\n".join(module.lines[line - 1 : line + 5])):
            yield at(module, line, "The scheme is compared with regard to case.")


_CONSTANT: Final = lazy(
    r"(?<![.\w])(?!scheme\b)(?!\w*type\b)\w+(?:\[0\])?\s*!=\s*([A-Z][A-Z_]+|[\"']Bearer[\"'])\s*(?::|or\b|and\b)"
    r"|\bnot\s+\w+\.startswith\(\s*([A-Z][A-Z_]+)\s*\)"
)


def _apart(facts: Facts, known: set[tuple[str, int]]) -> Iterator[Hit]:
    """Yield comparisons by another name, or with a constant that holds the scheme."""
    asked = tuple(m for m in facts.python if re.search("authorization", m.code, re.IGNORECASE))
    for module, line, found in facts.matches(asked, _CONSTANT):
        meant = facts.evaluator.value(module, found[1] or found[2])
        refuses = _REFUSES.search("\n".join(module.lines[line : line + 3])) or re.search(
            r"\b(?:deny|denied|reject|refuse|unauthori\w+)\w*\(", module.lines[line]
        )
        is_scheme = [text.strip() for text in meant.literals] == ["Bearer"]
        if is_scheme and refuses and (module.path, line) not in known:
            yield at(module, line, "The scheme is compared with regard to case.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield comparisons of the scheme that regard case."""
    refused = list(_refused(facts))
    yield from refused
    yield from _apart(facts, {(h.file, h.line) for h in refused})
    yield from _ignored(facts, {(h.file, h.line) for h in refused})
    yield from _in_handlers(facts)
    for module, line, found in facts.matches(facts.python, _SCHEME):
        mend = swap(module.text, line, found[0], f'scheme.lower(){found[1]}"bearer"', safe=True)
        yield at(module, line, "The scheme is compared with regard to case.", mend=mend)


RULE = Rule(
    requirement="transport:scheme",
    category="scheme-case-sensitive",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="`bearer` in lower case is refused.",
    why="Authentication schemes have no case (RFC 9110 11.1); correct clients are turned away.",
    remedy='Compare `scheme.lower() == "bearer"`.',
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
WANTED = "Bearer"
def read(request):
    how, _, token = request.headers.get("authorization", "").partition(" ")
    if how != WANTED:
        raise HTTPException(401)
    return token
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Header

app = FastAPI()

@app.get("/session")
def session(authorization: str = Header(None)):
    if not authorization or not authorization.startswith("Bearer "):
        return {"session": None}
    return look_up(authorization.split(" ")[1])
"""
            }
        ),
        Case(
            {
                "app/api/me/route.ts": """\
export async function GET(request) {
  const header = request.headers.get("authorization");
  if (!header?.startsWith("Bearer ")) {
    return NextResponse.json({ detail: "no" }, { status: 401 });
  }
  return fetch(API, { headers: { authorization: header } });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends, Header

app = FastAPI()

def current(authorization: str = Header(default=None)):
    if authorization and authorization.startswith("Bearer "):
        token = authorization.removeprefix("Bearer ").strip()
        return look_up(token)

@app.get("/me")
def me(user=Depends(current)):
    return user
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

def credential(request):
    header = request.headers.get("Authorization")
    if header and header.startswith("Bearer "):
        return header[7:]
    return None

@app.get("/me")
def me(request):
    return read(credential(request))
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def read(authorization):
    if not authorization.startswith("Bearer "):
        raise HTTPException(status_code=401)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def ok(credentials):
    return credentials.scheme == "Bearer"
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

def decode(token: str):
    if token.startswith("Bearer "):
        token = token[7:]
    return jwt.decode(token, KEY, algorithms=["ES256"])

@app.websocket("/live")
def live(socket):
    return decode(socket.query_params["token"])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def read(authorization):
    if not authorization.lower().startswith("bearer "):
        raise HTTPException(status_code=401)

def optional(authorization):
    if not authorization.startswith("Bearer "):
        return None
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def ok(credentials):
    return credentials.scheme.lower() == "bearer"
"""
            }
        ),
    ),
)
