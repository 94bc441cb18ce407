import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._environment import is_secret_name, looks_random
from authpact.review._facts import Facts
from authpact.review._model import Module
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import literal

_LITERAL: Final = re.compile(
    r"(?:getenv|environ\.get)\(\s*[\"'](\w+)[\"']\s*,\s*([\"'])([^\"'\n]+)\2"
)
_SHORTEST: Final = 8
_SCRIPT: Final = re.compile(r"process\.env\.(\w+)\s*(?:\|\||\?\?)\s*([\"'`])([^\"'`\n]+)\2")


def _assigned(module: Module) -> Iterator[tuple[int, str, bool]]:
    for one in module.assignments:
        value = literal(one.value)
        if (
            value
            and is_secret_name(one.target)
            and not re.search(r"header|name|cookie|prefix|path|url", one.target, re.IGNORECASE)
        ):
            settings = bool(one.owner)
            yield one.line, value, settings


def _stand_ins(facts: Facts) -> Iterator[Hit]:
    for pattern, modules in ((_LITERAL, facts.python), (_SCRIPT, facts.scripts)):
        for module, line, match in facts.matches(modules, pattern):
            if is_secret_name(match[1]) and looks_random(match[3]):
                yield at(
                    module, line, f"A real-looking secret stands in when {match[1]} is missing."
                )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets written into the code."""
    for module in facts.project.modules:
        for line, value, is_field in _assigned(module):
            published = len(value) >= _SHORTEST and not is_field and module.language == "python"
            if looks_random(value) or published:
                yield at(module, line, "A secret stands in the code.")
    yield from _stand_ins(facts)
    for mint in facts.tokens.mints:
        if mint.module.language == "python" and literal(mint.call.text_of("key", 1)):
            yield at(mint.module, mint.call, "The signing key is a literal.")


RULE = Rule(
    requirement="environment:no-secrets",
    category="hardcoded-secret",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A signing secret stands in the code.",
    why="Everybody who can read the repository can sign tokens.",
    remedy="Read it from the environment without a default, and replace the published one.",
    check=check,
    flagged=(Case({"security.py": 'SECRET_KEY = "q8Zr1xW5vB7nM3kL9pT2"\n'}),),
    accepted=(
        Case(
            {
                "security.py": """\
import os

SECRET_KEY = os.environ["SECRET_KEY"]
SECRET_HEADER_NAME = "X-Secret"
"""
            }
        ),
    ),
)
