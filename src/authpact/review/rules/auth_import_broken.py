import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Import, Module
from authpact.review.source._pattern import lazy

_AUTH: Final = lazy(r"auth|jwt|security|token|current_?user|principal", re.IGNORECASE)
_OWN: Final = lazy(r"^(?:src|app|backend|api|server)\.")
_SCRIPT: Final = lazy(r"__name__\s*==\s*[\"']__main__[\"']")


def _is_absent(facts: Facts, module: Module, name: str) -> bool:
    """Whether an import names a part of the tree that is in no folder it could run from."""
    if not name.strip(".") or facts.project.has_module(module, name):
        return False
    if name.startswith(".") or not _OWN.match(name):
        return name.startswith(".")
    root, _, rest = name.partition(".")
    tail = rest.replace(".", "/")
    # The tree itself may be that package, or one of its folders be copied under that name.
    inside = any(p in {f"{tail}.py", f"{tail}/__init__.py"} for p in facts.tree.paths)
    elsewhere = any(f"/{root}/{tail}" in f"/{p}" for p in facts.tree.paths)
    return not inside and not elsewhere


def _lacks(target: Module, name: str) -> bool:
    """Whether a module has no such name, neither its own nor one made in a way that is not read."""
    known = (
        name in target.by_name
        or name in target.variables
        or name in target.imported
        or name in target.class_names
    )
    return (
        not known
        and not re.search(rf"\b{re.escape(name)}\b", target.text)
        and not any(i.name == "*" for i in target.imports)
    )


def _broken(facts: Facts, module: Module, one: Import) -> tuple[str, str] | None:
    """Return (cause, message) of an import that fails; what lacks in one package has one cause."""
    target = facts.project.module_of(module, one.module)
    if target is None:
        folder = module.path.rpartition("/")[0] if one.module.startswith(".") else ""
        cause = f"{folder} {'.'.join(one.module.split('.')[:2])}"
        absent = _is_absent(facts, module, one.module)
        return (cause, f"{one.module} is not in the tree.") if absent else None
    if target is module or target.path.endswith("__init__.py") or target.error_line:
        return None
    if "*" in one.name or not _lacks(target, one.name):
        return None
    # A file beside the importing one is not what an absolute import means in a package.
    meant = (facts.project.by_path.get(p) for p in facts.project.candidates(module, one.module))
    if any(m is not None and m is not target and not _lacks(m, one.name) for m in meant):
        return None
    return target.path, f"{one.module} has no {one.name}."


def _worst(facts: Facts, module: Module, folders: set[str]) -> Severity | None:
    """Return how much the failure of a file breaks; None when nobody would notice it."""
    if module.path in facts.running.served:
        return Severity.HIGH
    if module.path not in facts.running.kept:
        return None
    if "APIRouter(" in module.code and module.path.rpartition("/")[0] in folders:
        return Severity.MEDIUM  # routes beside those that are served, which were to be as well
    return Severity.LOW if _SCRIPT.search(module.code) else None


def _all(facts: Facts) -> Iterator[tuple[str, Hit]]:
    folders = {p.rpartition("/")[0] for p in facts.running.served}
    for module in facts.python:
        severity = _worst(facts, module, folders)
        if severity is None:
            continue
        for one in module.imports:
            if one.name and _AUTH.search(f"{one.module}.{one.name}"):
                found = _broken(facts, module, one)
                if found is not None:
                    yield found[0], at(module, one.line, found[1], severity)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield imports of authentication code that is not there, where a server or a script fails."""
    yield from once(_all(facts))


RULE = Rule(
    requirement="access:deny-by-default",
    category="broken-auth-import",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Authentication code is imported that does not exist.",
    why="The application does not start, or runs without what was to protect it.",
    remedy="Import the name that exists, or add the module.",
    check=check,
    flagged=(
        Case(
            {
                "api/main.py": """\
from routers import users
app = FastAPI()
""",
                "api/routers/users.py": "from ..security.guards import current_user\n",
                "api/routers/__init__.py": "",
            }
        ),
        Case(
            {
                "api/app/main.py": "from app.routes import notes\napp = FastAPI()\n",
                "api/app/routes/__init__.py": "",
                "api/app/routes/notes.py": "router = APIRouter()\n",
                "api/app/routes/tasks.py": "from src.deps import CurrentUser\nrouter = APIRouter()\n",
            }
        ),
        Case(
            {
                "api/main.py": "app = FastAPI()\n",
                "api/seed.py": """\
from app.security import hash_password
if __name__ == "__main__":
    print(hash_password("x"))
""",
            }
        ),
        Case(
            {
                "api/app/deps.py": "def current_user():\n    return 1\n",
                "api/app/routes.py": "from src.deps import CurrentUser\n",
            }
        ),
        Case(
            {
                "api/auth.py": "def current_user():\n    return 1\n",
                "api/main.py": "from api.auth import verify_token\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": "from routes import notes\napp = FastAPI()\n",
                "auth.py": "def current_user():\n    return None\n",
                "routes/notes.py": "from auth import current_user\n",
                "routes/auth.py": "def sign_in():\n    return None\n",
            }
        ),
        Case(
            {
                "api/main.py": "app = FastAPI()\n",
                "api/_old_shop/final_app.py": """\
from .api.auth_router import router
app = FastAPI()
""",
                "api/moved/user_router.py": "from ..middleware.jwt_middleware import verify_token\n",
            }
        ),
        Case(
            {
                "deps.py": "class CurrentUser: ...\n",
                "routes.py": "from app.deps import CurrentUser\nfrom fastapi.security import HTTPBearer\n",
            }
        ),
        Case(
            {
                "api/auth.py": "def verify_token():\n    return 1\n",
                "api/main.py": "from api.auth import verify_token\n",
            }
        ),
        Case(
            {
                "api/auth.py": "def verify_token():\n    return 1\n",
                "api/main.py": "from parts import notes\napp = FastAPI()\n",
                "api/parts/__init__.py": "",
                "api/parts/auth.py": "router = APIRouter()\n",
                "api/parts/notes.py": "from auth import verify_token\n",
            }
        ),
    ),
)
