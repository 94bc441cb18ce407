import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._signs import EVIDENCE, NAMES_AUTH, READS_CREDENTIAL, REFUSES, SCHEMES
from authpact.review.facts._unused import Definition, unused
from authpact.review.source._model import Class, Function, Module
from authpact.review.source._pattern import lazy

_NAME: Final = lazy(
    r"^_?(?:get_|require_|verify_|check_|validate_|ensure_|enforce_)\w*"
    r"(?:user(?!name)|token|jwt|auth|session|admin|role|access|permission|owner|identity|credential)"
    r"|_(?:required|only|guard)$"
)
_HELPS: Final = lazy(
    r"password|^_?(?:create|make|issue|generate|hash|decode|extract)_|\bget_(?:user_by|\w*token_from)",
    re.IGNORECASE,
)
"""Helpers decide nothing; that one of them is left over misleads nobody."""
_TAKES: Final = lazy(r"\bDepends\(|\bSecurity\(|\bCurrent\w*User\b|Authorization", re.IGNORECASE)
_ROLE: Final = lazy(r"\brole|\bis_admin\b|\bis_superuser\b|\bpermission", re.IGNORECASE)
_FORBIDS: Final = lazy(r"403|FORBIDDEN", re.IGNORECASE)
_DECODES: Final = lazy(r"jwt\w*\.decode\(")
_GUARDS: Final = frozenset(["HTTPBearer", "BaseHTTPMiddleware", "OAuth2PasswordBearer"])
_SHARED: Final = lazy(r"(^|/)(?:packages|libs|sdk|examples?|docs|scripts|templates)/")


def _is_guard(function: Function) -> bool:
    if function.parent >= 0 or function.owner or function.decorators:
        return False
    if _HELPS.search(function.name) or not (
        NAMES_AUTH.search(function.name) or _NAME.search(function.name)
    ):
        return False
    text = function.text
    return any(p.search(text) for p in (EVIDENCE, READS_CREDENTIAL, REFUSES, _TAKES, _DECODES))


def _is_guarding_class(one: Class) -> bool:
    bases = {b.rpartition(".")[2] for b in one.bases}
    return bool(bases & _GUARDS) and bool(REFUSES.search(one.text) or EVIDENCE.search(one.text))


def _definitions(module: Module) -> Iterator[Definition]:
    if module.error_line:
        return  # what refers to what is not known there
    for function in module.functions:
        if _is_guard(function):
            yield Definition(module, function.name, function.line, function.end_line)
    for one in module.classes:
        if _is_guarding_class(one):
            yield Definition(module, one.name, one.line, one.end_line)
    for name, variable in module.variables.items():
        if SCHEMES.match(variable.value):
            yield Definition(module, name, variable.line, variable.line)


def _misleads(facts: Facts, one: Definition) -> bool:
    """Whether a reader would take a guard for the rule: a guard of roles, or one near routes.

    Near are those in a file of routes, and those that another file imports without using them.
    """
    module = one.module
    function = module.by_name.get(one.name)
    if function is not None and _ROLE.search(function.text) and _FORBIDS.search(function.text):
        return True
    if any(r.module is module and r.reachable for r in facts.routes):
        return True
    return any(
        i.name == one.name and facts.project.module_of(other, i.module) is module
        for other in facts.python
        if not other.path.endswith("__init__.py")
        for i in other.imports
    )


def _root(module: Module) -> str:
    return module.path.partition("/")[0] if "/" in module.path else ""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield guards that no code refers to, beside an API that is guarded otherwise."""
    served = {_root(r.module) for r in facts.routes if r.protected and r.reachable}
    given = [
        d
        for m in facts.python
        if _root(m) in served and not _SHARED.search(m.path) and not facts.is_left_behind(m)
        for d in _definitions(m)
    ]
    for one in unused(facts.project, given):
        if _misleads(facts, one):
            yield at(one.module, one.first, f"{one.name} guards nothing: no code refers to it.")


_APP: Final = """\
from fastapi import FastAPI, Depends
from guards import get_current_user

app = FastAPI()

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
"""
_GUARD: Final = """\
def get_current_user(credentials=Depends(security)):
    return jwt.decode(credentials.credentials, KEY, algorithms=["ES256"])

"""

RULE = Rule(
    requirement="access:documented",
    category="auth-dependency-unused",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A guard is dead code.",
    why="Readers take it for the rule that routes follow; nothing enforces it and nobody maintains it.",
    remedy="Put it on the routes it was written for, or remove it.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": _APP,
                "guards.py": _GUARD
                + """\
def require_admin(user=Depends(get_current_user)):
    if user.role != "admin":
        raise HTTPException(status_code=403)
""",
            }
        ),
        Case(
            {
                "main.py": _APP.replace("import get", "import require_owner, get"),
                "guards.py": _GUARD
                + """\
__all__ = ["get_current_user", "require_owner"]

def require_owner(owner_id, user):
    if owner_id != user.id:
        raise HTTPException(status_code=403)
""",
            }
        ),
        Case(
            {
                "guards.py": _GUARD,
                "main.py": _APP
                + """
class SessionMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if "session" not in request.cookies:
            return JSONResponse(status_code=401)
        return await call_next(request)
""",
            }
        ),
        Case(
            {
                "main.py": _APP + '\noauth2 = OAuth2PasswordBearer(tokenUrl="token")\n\n',
                "guards.py": _GUARD,
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": _APP
                + """
def require_admin(user=Depends(get_current_user)):
    return user

rooms = {
""",
                "guards.py": _GUARD,
            }
        ),
        Case({"main.py": _APP, "guards.py": _GUARD}),
        Case(
            {
                "main.py": _APP.replace("import get", "import CurrentAdmin, get")
                + """
@app.delete("/tasks")
def clear(user: CurrentAdmin):
    return None
""",
                "guards.py": _GUARD
                + """\
def require_admin(user=Depends(get_current_user)):
    if user.role != "admin":
        raise HTTPException(status_code=403)

CurrentAdmin = Annotated[User, Depends(require_admin)]
""",
            }
        ),
        Case(
            {
                "main.py": _APP + "\nimport guards\napp.middleware('http')(guards.check_session)\n",
                "guards.py": _GUARD
                + """\
async def check_session(request, call_next):
    if "session" not in request.cookies:
        return JSONResponse(status_code=401)
    return await call_next(request)
""",
            }
        ),
        Case(
            {
                "main.py": _APP,
                "guards.py": _GUARD
                + """\
def hash_access_token(token):
    return sha256(token).hexdigest() if token else 401
""",
            }
        ),
    ),
)
