import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_AUTH: Final = re.compile(r"auth|jwt|security|token", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield imports of authentication code that is not there."""
    for module in facts.python:
        for one in module.imports:
            if not one.name or not _AUTH.search(f"{one.module}.{one.name}"):
                continue
            target = facts.project.module_of(module, one.module)
            if target is None:
                if (
                    one.module.startswith(".")
                    and one.module.strip(".")
                    and not facts.project.has_module(module, one.module)
                ):
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
                "api/auth.py": "def current_user():\n    return 1\n",
                "api/main.py": "from api.auth import verify_token\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/auth.py": "def verify_token():\n    return 1\n",
                "api/main.py": "from api.auth import verify_token\n",
            }
        ),
    ),
)
