import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Module
from authpact.review._rule import Case, Hit, Rule, at

_AUTH: Final = re.compile(r"auth|jwt|security|token|current_?user|principal", re.IGNORECASE)


_OWN: Final = re.compile(r"^(?:src|app|backend|api|server)\.")


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


def check(facts: Facts) -> Iterator[Hit]:
    """Yield imports of authentication code that is not there."""
    for module in facts.python:
        for one in module.imports:
            if not one.name or not _AUTH.search(f"{one.module}.{one.name}"):
                continue
            target = facts.project.module_of(module, one.module)
            if target is None:
                if _is_absent(facts, module, one.module):
                    yield at(module, one.line, f"{one.module} is not in the tree.")
                continue
            if (
                target is module
                or target.path.endswith("__init__.py")
                or "*" in one.name
                or target.error_line
            ):
                continue
            known = (
                one.name in target.by_name
                or one.name in target.variables
                or one.name in target.imported
                or any(c.name == one.name for c in target.classes)
            )
            if (
                not known
                and not re.search(rf"\b{re.escape(one.name)}\b", target.text)
                and not any(i.name == "*" for i in target.imports)
            ):
                yield at(module, one.line, f"{one.module} has no {one.name}.")


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
    ),
)
