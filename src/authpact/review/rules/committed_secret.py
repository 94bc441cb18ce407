import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._environment import is_secret_name, looks_random
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_URL: Final = re.compile(
    r"\b(?:postgres(?:ql)?(?:\+\w+)?|mysql(?:\+\w+)?|mongodb(?:\+srv)?|redis)://[^\s:/@\"'`]+:([^\s@\"'`]+)@([^\s/:\"'`?]+)"
)
_LOCAL: Final = re.compile(
    r"localhost|127\.0\.0\.1|host$|postgres$|^db$|database|mysql|mongo|redis|example|your|^\w+$",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]*(?:SECRET|SIGNING_KEY|JWT_KEY)[A-Z0-9_]*|SECRET_KEY)[ \t]*[=:][ \t]*[\"']?([^\s\"'#]+)",
    re.MULTILINE,
)
_REPEATED: Final = 3
_TOKEN: Final = re.compile(r"^eyJ[\w-]+\.[\w-]+")


def _is_real_url(text: str) -> bool:
    found = _URL.search(text)
    if not found:
        return False
    password, host = found[1], found[2]
    stand_in = re.search(
        r"^\$|^<|\{|^\[|^(?:pass\w*|user|pwd|secret|your.*|change.*|xxx+|\*+|postgres|example|todo\w*)$",
        password,
        re.IGNORECASE,
    )
    return not stand_in and not _LOCAL.search(host)


def _variables(facts: Facts) -> Iterator[Hit]:
    seen: set[tuple[str, str]] = set()
    for v in facts.environment.variables:
        value = v.value.strip("\"'").partition(" #")[0].strip().strip("\"'")
        if v.is_example and not v.is_compose:
            continue
        url = _URL.search(value) if _is_real_url(value) else None
        secret = is_secret_name(v.name) and (looks_random(value) or _TOKEN.match(value))
        password = url[1] if url else value
        if v.is_compose:
            password = f"{v.line} {password}"
        if (url or (secret and not value.startswith(("$", "http")))) and (
            v.file,
            password,
        ) not in seen:
            seen.add((v.file, password))
            yield Hit(v.file, v.line, f"The value of {v.name} is in the repository.")


def _documents(facts: Facts) -> Iterator[Hit]:
    """Yield values that documents repeat: one that is written once may be an illustration."""
    places: dict[str, list[tuple[str, int, str]]] = {}
    for source in facts.environment.plain(r"\.(md|ya?ml)$|\.env.*example|example.*\.env"):
        if "compose" in source.path:
            continue
        for line, match in lines_matching(source.text, _BLOCK):
            if looks_random(match[2]) and match[2][0] not in "$/":
                places.setdefault(match[2], []).append((source.path, line, match[1]))
    for value, found in places.items():
        in_code = any(value in m.code for m in facts.project.modules)
        if len(found) >= _REPEATED and not in_code:
            path, line, name = min(found)
            yield Hit(path, line, f"A value of {name} is written down.", Severity.HIGH)


def _scripts(facts: Facts) -> Iterator[Hit]:
    for module in facts.project.modules:
        for line, match in lines_matching(module.code, _URL):
            if _is_real_url(match[0]):
                yield at(module, line, "A database address with its password is in the code.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that are part of the tree."""
    yield from _variables(facts)
    yield from _documents(facts)
    yield from _scripts(facts)


RULE = Rule(
    requirement="environment:no-secrets",
    category="committed-secret",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A secret is in the repository.",
    why="Everybody with the repository, and its history, can sign tokens or open the database.",
    remedy="Replace the secret, remove the file from the repository and list it in .gitignore.",
    check=check,
    flagged=(
        Case(
            {
                "api/.env": """\
BETTER_AUTH_SECRET=q8Zr1xW5vB7nM3kL9pT2
"""
            }
        ),
        Case(
            {
                "docker-compose.yml": """\
services:
  web:
    environment:
      BETTER_AUTH_SECRET: q8Zr1xW5vB7nM3kL9pT2
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/.env.example": """\
BETTER_AUTH_SECRET=your-secret-here
DATABASE_URL=postgresql://user:password@localhost/todo
"""
            }
        ),
        Case(
            {
                "docker-compose.yml": """\
services:
  web:
    environment:
      BETTER_AUTH_SECRET: ${BETTER_AUTH_SECRET}
"""
            }
        ),
    ),
)
