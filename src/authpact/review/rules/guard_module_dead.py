import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Class, Function, Module
from authpact.review.source._pattern import lazy

_ASKS: Final = lazy(
    r"HTTPAuthorizationCredentials|Depends\(\s*\w*(?:security|bearer|oauth2|scheme)|Cookie\(|\.cookies|Authorization",
    re.IGNORECASE,
)
_NAME: Final = lazy(r"verify|validate|check|require|authenticate|current", re.IGNORECASE)
_TOKEN: Final = lazy(r"^(?:access_|session_|bearer_|id_)?(?:token|jwt|cookie)$")
_REFUSES: Final = lazy(r"\b401\b|HTTP_401")
_DEPENDS: Final = lazy(r"\b(?:Depends|Security|Header|Cookie)\(|HTTPAuthorizationCredentials")
_VERIFIES: Final = lazy(r"\bdecode\(|\.verify\w*\(|compare_digest\(|get_signing_key")
_GUARDING: Final = lazy(r"Auth|Guard|JWT|Token|Session|Bearer")
_DOTTED: Final = lazy(r"\.(\w+)[\"':]")
_STARTS: Final = lazy(r"__main__|FastAPI\(|uvicorn")


def _imported(facts: Facts) -> frozenset[str]:
    """Return the Python files that some import of the tree means."""
    found: set[str] = set()
    for module in facts.python:
        for one in module.imports:
            separator = "" if one.module.endswith(".") else "."
            names = [one.module, f"{one.module}{separator}{one.name}"] if one.name else [one.module]
            meant = (facts.project.module_of(module, n) for n in names)
            found |= {m.path for m in meant if m is not None}
    return frozenset(found)


def _spoken_of(facts: Facts) -> frozenset[str]:
    """Return the last parts of dotted texts, as of a module that is imported by its name later."""
    return frozenset(n for m in facts.python for n in _DOTTED.findall(m.code))


_DEPENDENCY: Final = 3
"""The surest rank: it refuses, and asks others for what it judges."""


def _rank(function: Function) -> int:
    """Return how sure a reader takes a function for the rule: 0 when not at all."""
    if function.parent >= 0 or function.owner or function.decorators:
        return 0
    named = _NAME.search(function.name)
    takes = any(_TOKEN.search(p.name) for p in function.parameters)
    if _REFUSES.search(function.text):
        signature = " ".join(f"{p.annotation} {p.default}" for p in function.parameters)
        if _DEPENDS.search(signature):
            return _DEPENDENCY
        return 2 if _ASKS.search(function.text) or (named and takes) else 0
    return 1 if named and takes and _VERIFIES.search(function.text) else 0


def _class(module: Module) -> Class | None:
    """Return a class whose methods take credentials from requests and verify them."""
    found = (c for c in module.classes if _GUARDING.search(c.name))
    return next((c for c in found if _ASKS.search(c.text) and _VERIFIES.search(c.text)), None)


def _guard(module: Module) -> Class | Function | None:
    ranks = [(_rank(f), f) for f in module.functions]
    best = max((r for r, _ in ranks), default=0)
    first = next((f for r, f in ranks if r == best and r), None)
    return first if best == _DEPENDENCY else _class(module) or first


def check(facts: Facts) -> Iterator[Hit]:
    """Yield files with guards that no file imports, beside an API that guards itself otherwise."""
    served = {r.module.path.partition("/")[0] for r in facts.routes if r.protected and r.reachable}
    alive = _imported(facts) | {r.module.path for r in facts.routes if r.reachable}
    spoken = _spoken_of(facts)
    for module in facts.python:
        if module.path in alive or module.path.partition("/")[0] not in served:
            continue
        name = module.path.rpartition("/")[2].removesuffix(".py")
        if _STARTS.search(module.code) or name in spoken:
            continue
        guard = _guard(module)
        if guard is not None:
            yield at(module, guard.line, f"{guard.name} guards nothing: no file imports this one.")


RULE = Rule(
    requirement="access:documented",
    category="auth-dependency-unused",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A file of guards is dead code.",
    why="Readers take it for the rule; the next route is written against a guard that nobody maintains.",
    remedy="Use it or remove it.",
    check=check,
    flagged=(
        Case(
            {
                "api/live/guards.py": """\
class LiveAuth:
    @staticmethod
    def read(request):
        return jwt.decode(request.headers["Authorization"][7:], KEY, algorithms=["ES256"])
""",
                "api/main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
""",
            }
        ),
        Case(
            {
                "api/services/tokens.py": """\
def verify_jwt_token(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
""",
                "api/test_tokens.py": "from api.services.tokens import verify_jwt_token\n",
                "api/main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
""",
            }
        ),
        Case(
            {
                "api/old_guard.py": """\
def session_user(request):
    if "session" not in request.cookies:
        raise HTTPException(401)
""",
                "api/main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
""",
            }
        ),
        Case(
            {
                "api/sessions.py": """\
def verify_session(session_token, db):
    if db.session(session_token) is None:
        raise HTTPException(status_code=status.HTTP_401_UNAUTHORIZED)
""",
                "api/main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/guard.py": """\
def session_user(request):
    if "session" not in request.cookies:
        raise HTTPException(401)
""",
                "api/main.py": """\
import importlib
from fastapi import FastAPI, Depends

app = FastAPI()
guard = importlib.import_module("api.guard")

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
""",
            }
        ),
        Case(
            {
                "api/guard.py": """\
def session_user(request):
    if "session" not in request.cookies:
        raise HTTPException(401)
""",
                "api/main.py": """\
from fastapi import FastAPI, Depends
from guard import session_user

app = FastAPI()

@app.get("/tasks")
def tasks(user=Depends(session_user)):
    return user
""",
            }
        ),
    ),
)
