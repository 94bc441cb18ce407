import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._environment import is_secret_name, looks_random
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_GIVEN: Final = lazy(
    r"\b(\w*(?:SECRET|KEY)\w*)[\"'\])!]*\s*(?::\s*\w+\s*)?(?:[,=:]|\|\||\?\?)\s*(?:default\s*=\s*)?"
    r"[\"'`]([^\s\"'`]{16,})[\"'`]",
    re.IGNORECASE,
)
_ANY: Final = lazy(r"[\"'`][A-Za-z0-9+/=_-]{16,}[\"'`]")
_READ: Final = lazy(r"getenv|environ\.get|process\.env")
_TRIAL: Final = lazy(r"(^|/)(?:tests?|__tests__|e2e|conftest\.py|test_[^/]*|[^/]*_test\.py)")


def _is_configured(module: Module, line: int) -> bool:
    """Whether a key stands in for a setting; `hardcoded-secret` tells keys that nothing sets."""
    row = module.lines[line - 1]
    return "env" in row.lower() or bool(re.search(r"^\s+\w+\s*:\s*(?:str|SecretStr)\b", row))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield keys that several files repeat: a text that all parts agree on is the one in use."""
    places: dict[str, list[tuple[Module, int, str]]] = {}
    for module in facts.project.modules:
        if not _ANY.search(module.code):
            continue
        for line, match in lines_matching(module.code, _GIVEN):
            if is_secret_name(match[1]) and looks_random(match[2]):
                places.setdefault(match[2], []).append((module, line, match[1]))
    for found in places.values():
        real = [p for p in found if not _TRIAL.search(p[0].path) and _is_configured(*p[:2])]
        if real and len({module.path for module, _, _ in found}) > 1:
            module, line, name = min(real, key=lambda p: not _READ.search(p[0].lines[p[1] - 1]))
            yield at(module, line, f"The value of {name} is repeated by several files.")


RULE = Rule(
    requirement="environment:no-secrets",
    category="committed-secret",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Several files of the repository repeat one signing key.",
    why="A value that the halves agree on is the one that is deployed; whoever reads it can sign.",
    remedy="Replace the secret, read it from the environment alone, and let nothing stand in for it.",
    check=check,
    flagged=(
        Case(
            {
                "api/auth.py": 'KEY = os.environ.get("JWT_SECRET", "q8Zr1xW5vB7nM3kL9pT2cD4f")\n',
                "check.py": 'env["JWT_SECRET"] = "q8Zr1xW5vB7nM3kL9pT2cD4f"\n',
            }
        ),
        Case(
            {
                "api/config.py": 'class S(BaseSettings):\n    jwt_secret: str = "q8Zr1xW5vB7nM3kL9pT2"\n',
                "web/auth.ts": 'const key = process.env.JWT_SECRET || "q8Zr1xW5vB7nM3kL9pT2";\n',
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": 'hmac_secret = "q8Zr1xW5vB7nM3kL9pT2cD4f"\n',
                "show.py": 'hmac_secret = "q8Zr1xW5vB7nM3kL9pT2cD4f"\n',
            }
        ),
        Case({"auth.py": 'KEY = os.environ.get("JWT_SECRET", "q8Zr1xW5vB7nM3kL9pT2cD4f")\n'}),
        Case(
            {
                "tests/conftest.py": 'os.environ["JWT_SECRET"] = "q8Zr1xW5vB7nM3kL9pT2cD4f"\n',
                "tests/test_a.py": 'JWT_SECRET = "q8Zr1xW5vB7nM3kL9pT2cD4f"\n',
            }
        ),
        Case(
            {
                "a.py": 'JWT_SECRET = os.environ.get("JWT_SECRET", "change-me-in-production")\n',
                "b.py": 'JWT_SECRET = os.environ.get("JWT_SECRET", "change-me-in-production")\n',
            }
        ),
    ),
)
