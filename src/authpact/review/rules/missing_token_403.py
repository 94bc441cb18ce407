from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_FIXED: Final = (0, 122)


def _is_old(operator: str, version: tuple[int, ...]) -> bool:
    if not version:
        return False
    capped = (
        operator == "=="
        or (operator in {"^", "~"} and version[0] == 0)
        or (operator == "~=" and version[2:] != ())
    )
    return (capped and version[:2] < _FIXED) or (operator in {"<", "<="} and version[:2] <= _FIXED)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield HTTPBearer objects that answer 403 to a request without a token."""
    for module in facts.python:
        pin = facts.environment.pin_for(module.path, "fastapi")
        if pin is None or not _is_old(pin.operator, pin.version):
            continue
        for call in module.called("HTTPBearer"):
            if call.text_of("auto_error") != "False":
                version = ".".join(map(str, pin.version))
                yield at(
                    module, call, f"FastAPI {version} answers 403 to a request without a token."
                )


RULE = Rule(
    requirement="error:missing-token",
    category="missing-token-403",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A missing token is answered with 403.",
    why="HTTPBearer of FastAPI before 0.122 answers 403 without a challenge, so clients do not sign in again.",
    remedy="Require fastapi>=0.122, or use `HTTPBearer(auto_error=False)` and raise 401 with `WWW-Authenticate: Bearer`.",
    check=check,
    flagged=(
        Case(
            {
                "requirements.txt": "fastapi==0.109.0\n",
                "auth.py": """\
from fastapi.security import HTTPBearer

security = HTTPBearer()
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "requirements.txt": "fastapi>=0.115.0\n",
                "auth.py": """\
from fastapi.security import HTTPBearer

security = HTTPBearer()
""",
            }
        ),
        Case(
            {
                "requirements.txt": "fastapi==0.109.0\n",
                "auth.py": """\
from fastapi.security import HTTPBearer

security = HTTPBearer(auto_error=False)
""",
            }
        ),
    ),
)
