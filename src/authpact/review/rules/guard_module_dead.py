import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Function
from authpact.review._rule import Case, Hit, Rule, at

_ASKS: Final = re.compile(
    r"HTTPAuthorizationCredentials|Depends\(\s*\w*(?:security|bearer|oauth2|scheme)|Cookie\(|\.cookies|Authorization",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"verify|validate|check|require|authenticate|current", re.IGNORECASE)
_TOKEN: Final = re.compile(r"^(?:access_|session_|bearer_|id_)?(?:token|jwt|cookie)$")
_REFUSES: Final = re.compile(r"\b401\b|HTTP_401")
_DOTTED: Final = re.compile(r"\.(\w+)[\"':]")
_STARTS: Final = re.compile(r"__main__|FastAPI\(|uvicorn")


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


def _is_guard(function: Function) -> bool:
    plain = function.parent < 0 and not function.owner and not function.decorators
    asks = _ASKS.search(function.text) or any(
        _TOKEN.search(p.name) for p in function.parameters if _NAME.search(function.name)
    )
    return plain and bool(asks and _REFUSES.search(function.text))


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
        guard = next((f for f in module.functions if _is_guard(f)), None)
        if guard is not None:
            yield at(module, guard, f"{guard.name} guards nothing: no file imports this one.")


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
