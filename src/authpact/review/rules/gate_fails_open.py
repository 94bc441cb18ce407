import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.facts._gates import reads_credential
from authpact.review.facts._openings import grants, passes, stands_in
from authpact.review.facts._skipped import believed, stood_in
from authpact.review.source._model import Function, Handler, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_UNSET: Final = lazy(
    r"^(\s*)if\s+(?:not\s+)?[\w.]*(?:key|secret|token|jwks|issuer|auth_?(?:url|origin))\w*"
    r"(?:\s+is\s+None|\s*==\s*[\"']{2})?\s*:\s*$",
    re.IGNORECASE,
)
_ABSENT: Final = lazy(r"\bnot\b|None|==")
_SETTING: Final = lazy(r"settings\.|config\.|environ|getenv|self\.|\b[A-Z][A-Z0-9_]{2,}\b")


def _without_key(function: Function) -> Iterator[int]:
    """Yield the lines of branches that answer with somebody while a setting is empty."""
    lines = function.text.split("\n")
    for index, text in enumerate(lines):
        unset = _UNSET.match(text)
        if unset is None or not (_ABSENT.search(text) and _SETTING.search(text)):
            continue
        inner = []
        for line in lines[index + 1 :]:
            if line.strip() and len(line) - len(line.lstrip()) <= len(unset[1]):
                break
            inner.append(line)
        if stands_in("\n".join(inner)):
            yield function.line + index


_LIMITS: Final = lazy(r"rate|limit|throttl|quota|cache|health|feature|flag", re.IGNORECASE)
_DECIDES: Final = lazy(
    r"^(?:can|may|is|has|ask|decide|allow|permit|authori|check|verif|require|enforce)|permi|allow|access|role|polic",
    re.IGNORECASE,
)
_PROVES: Final = lazy(
    r"decode\(|verif\w*\(|getSession|authenticat\w*\(|get_signing_key|introspect|raise_for_status|\.validate\("
)


def _swallows(module: Module, function: Function, handler: Handler) -> bool:
    """Whether an error in a gate ends in an identity, a permission or a request handed on."""
    before = function.text.partition("except")[0]
    if not _PROVES.search(before) or re.search(r"\braise\b", handler.text):
        return False
    if stands_in(handler.text):
        return not _PROVES.search(handler.text)
    if _LIMITS.search(f"{module.path} {function.name} {function.owner}"):
        return False
    return passes(handler.text) or (grants(handler.text) and bool(_DECIDES.search(function.name)))


def _in_gates(facts: Facts) -> Iterator[Hit]:
    """Yield what lets requests in among dependencies and middlewares of any name."""
    for module, function in facts.gates:
        for line in _without_key(function) if reads_credential(function) else ():
            yield at(module, line, "Without a configured key every request is let in as somebody.")
        for handler in module.handlers:
            inside = function.line < handler.line <= function.end_line
            if inside and _swallows(module, function, handler):
                yield at(module, handler.line, "An error while verifying lets the request in.")


_CAUGHT: Final = lazy(r"\}\s*catch\b[^{]*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_ASKS: Final = lazy(r"getSession\(|jwtVerify\(|verif\w*\(\s*\w*[tT]oken|authenticate\w*\(")


def _caught_in_scripts(facts: Facts) -> Iterator[Hit]:
    """Yield catch clauses around a verification that put somebody in its place."""
    for module in facts.scripts:
        if is_client(module) or not _ASKS.search(module.code):
            continue
        for line, match in lines_matching(module.code, _CAUGHT):
            tried = module.code[: match.start()].rpartition("try")[2]
            if _ASKS.search(tried) and stands_in(match[1]):
                message = "An error while verifying lets the request in."
                yield at(module, line, message, Severity.HIGH)


def _replaced(facts: Facts) -> Iterator[Hit]:
    """Yield gates and routes that put somebody in the place of a caller they could not verify."""
    places = {(m.path, f.line): (m, f) for m, f in facts.gates}
    places |= {(r.module.path, r.function.line): (r.module, r.function) for r in facts.served}
    for module, function in places.values():
        for way in stood_in(facts.application, module, function):
            message = f"A caller who could not be verified becomes {way.value}."
            yield at(module, function.line + way.line, message)
        for way in believed(facts.application, module, function):
            message = "Where the key is missing, the token is believed unsigned."
            yield at(module, function.line + way.line, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield dependencies and middlewares that let somebody in when they cannot tell."""
    yield from _in_gates(facts)
    yield from _replaced(facts)
    yield from _caught_in_scripts(facts)


_UNSIGNED: Final = """\
from fastapi import FastAPI, Depends

def sailor(token: str = Depends(scheme)):
    seen = jwt.decode(token, options={"verify_signature": False})
    head = jwt.get_unverified_header(token)
    found = key_of(head["kid"])
    if not found:
        return seen["sub"]
    return jwt.decode(token, found, algorithms=["EdDSA"])["sub"]

app = FastAPI(dependencies=[Depends(sailor)])
"""

RULE = Rule(
    requirement="error:fail-closed",
    category="auth-fail-open",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="A failed check lets somebody in.",
    why="An attacker only has to cause the error, or to wait until the key set cannot be fetched.",
    remedy="Refuse the request on any error; where the service is missing, answer 503.",
    check=check,
    flagged=(
        Case({"main.py": _UNSIGNED}),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Request

app = FastAPI()

@app.post("/talk")
async def talk(request: Request):
    sailor = None
    header = request.headers.get("authorization")
    if header:
        try:
            sailor = verify_token(header.removeprefix("Bearer "))["sub"]
        except Exception as error:
            print(error)
    if not sailor:
        sailor = first_sailor()
    return await answer(await request.body(), sailor)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def sailor(token: str = Depends(scheme)):
    if settings.jwks_url is None:
        return Sailor(id="local")
    return jwt.decode(token, key(), algorithms=["EdDSA"])

@app.get("/boats")
def boats(who=Depends(sailor)):
    return who.boats
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

async def door(request, call_next):
    try:
        request.state.user_id = (await decode(request.headers["authorization"]))["sub"]
    except OSError:
        request.state.user_id = request.query_params.get("as")
    return await call_next(request)

app.middleware("http")(door)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def may_sail(claims=Depends(claims_of)):
    try:
        return policy.post("/ask", claims).raise_for_status().json()["allowed"]
    except Exception:
        return True

@app.get("/boats", dependencies=[Depends(may_sail)])
def boats():
    return 1
"""
            }
        ),
        Case(
            {
                "lib/with-sailor.ts": """\
export async function sailor(request) {
  let account = null;
  try {
    account = (await auth.api.getSession({ headers: request.headers })).user.id;
  } catch (error) {
    account = request.headers.get("x-account");
  }
  return account;
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": _UNSIGNED.replace("return seen[", "raise Refused(seen[").replace(
                    '"sub"]\n    return jwt', '"sub"])\n    return jwt'
                )
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/weather")
async def weather(sailor=Depends(verify_token)):
    words = ""
    try:
        words = (await httpx.post(STATION)).json()["words"]
    except Exception as error:
        log.warning(error)
    if not words:
        try:
            words = "no news"
        except OSError as error:
            log.warning(error)
    return words
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def within_limit(request):
    try:
        return limiter.verify_budget(request.client.host)
    except Exception:
        return True

def sailor(token: str = Depends(scheme)):
    if not settings.jwks_url:
        raise HTTPException(503)
    try:
        return jwt.decode(token, key(), algorithms=["EdDSA"])
    except jwt.PyJWTError:
        return None
    except OSError:
        return "anonymous"

@app.get("/boats")
def boats(who=Depends(sailor), fine=Depends(within_limit)):
    return who.boats
""",
                "lib/with-sailor.ts": """\
export async function sailor(request) {
  let account = null;
  try {
    account = (await auth.api.getSession({ headers: request.headers })).user.id;
  } catch {
    account = null;
  }
  return account;
}
""",
            }
        ),
    ),
)
