import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Mend, Severity
from authpact.review._environment import is_placeholder, is_secret_name
from authpact.review._facts import Facts
from authpact.review._mends import swap
from authpact.review._model import Module
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import literal

_SCRIPT: Final = re.compile(
    r"process\.env\.(\w+)\s*(?:\|\||\?\?)\s*(?:\n\s*)?(?:process\.env\.\w+\s*(?:\|\||\?\?)\s*)*([\"'`])([^\"'`\n]+)\2"
)
_COMPOSE: Final = re.compile(r"\$\{(\w+):?-([^}]+)\}")
_GETENV: Final = re.compile(
    r"(?:getenv|environ\.get|config)\(\s*[\"'](\w+)[\"']\s*,\s*(?:default\s*=\s*)?([\"'])([^\"'\n]+)\2"
)


def _fields(module: Module) -> Iterator[tuple[int, str, str]]:
    for one in module.assignments:
        if not one.owner or one.function >= 0 or not is_secret_name(one.target):
            continue
        value = literal(one.value)
        if value is None:
            inner = re.match(r"Field\(\s*(?:default\s*=\s*)?([\"'][^\"']+[\"'])", one.value)
            value = literal(inner[1]) if inner else None
        refused = value and re.search(rf"(?:==|\bin\b)[^\n]*[\"']{re.escape(value)}", module.code)
        if value and not refused:
            yield one.line, one.target, value


def _in_code(facts: Facts) -> Iterator[tuple[Module, int, str, str, Mend | None]]:
    for module in facts.python:
        yield from ((module, *row, None) for row in _fields(module))
    for module, line, match in facts.matches(facts.python, _GETENV):
        read = re.compile(r"\bos\." + re.escape(match[0]) + r"\s*\)").search(module.lines[line - 1])
        demand = f'os.environ["{match[1]}"]'
        mend = swap(module.text, line, read[0], demand) if read else None
        yield module, line, match[1], match[3], mend
    for module, line, match in facts.matches(facts.scripts, _SCRIPT):
        alone = match[0].count("process.env") == 1
        mend = swap(module.text, line, match[0], f"process.env.{match[1]}") if alone else None
        yield module, line, match[1], match[3], mend


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that a published literal replaces when the variable is missing."""
    for module, line, name, value, mend in _in_code(facts):
        if is_secret_name(name) and is_placeholder(value) and not value.startswith(("http", "/")):
            yield at(module, line, f"A literal stands in when {name} is missing.", mend=mend)
    for variable in facts.environment.variables:
        found = _COMPOSE.search(variable.value)
        if found and variable.is_compose and is_secret_name(found[1]) and is_placeholder(found[2]):
            yield Hit(
                variable.file, variable.line, f"A literal stands in when {found[1]} is missing."
            )


RULE = Rule(
    requirement="key:no-example-values",
    category="default-secret-fallback",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A published literal is used when a secret is missing.",
    why="One forgotten variable and anybody who read the code can sign tokens or sessions.",
    remedy="Give the setting no default, so that the application does not start without it.",
    check=check,
    flagged=(
        Case(
            {
                "config.py": """\
import os

SECRET = os.getenv("JWT_SECRET", "change-me")
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
export const auth = betterAuth({ secret: process.env.BETTER_AUTH_SECRET || "default-secret" });
"""
            }
        ),
        Case(
            {
                "docker-compose.yml": """\
services:
  api:
    environment:
      JWT_SECRET: ${JWT_SECRET:-your-secret}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "config.py": """\
import os

SECRET = os.environ["JWT_SECRET"]

class Settings(BaseSettings):
    jwt_secret: str
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
export const auth = betterAuth({ secret: process.env.BETTER_AUTH_SECRET });
"""
            }
        ),
    ),
)
