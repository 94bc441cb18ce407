"""Literals that stand in for a secret in more than one step: tested, caught, named or assigned."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._environment import is_placeholder, is_secret_name
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

StandIn = tuple[int, str, str]
"""Line, name of the secret, literal."""

_LITERAL: Final = r"([\"'`])([^\"'`\n{}$]+)\3"
_READ: Final = (
    r"(?:os\.getenv\(\s*[\"'](\w+)[\"']\s*\)|(?:os\.)?environ(?:\.get\(|\[)\s*[\"'](\w+)[\"']\s*[\])]"
    r"|process\.env(?:\.(\w+)|\[[\"'](\w+)[\"']\])!?)"
)
_KEPT: Final = lazy(rf"\b(\w+)[ \t]*(?::[ \t]*[\w| ]+)?=\s*{_READ}[ \t;]*(?:\n|$)")
_DIRECT: Final = (
    re.compile(rf"\bprocess\.env(?:\.|\[[\"'])(\w+)(?:[\"']\])?()\s*(?:\?\?|\|\|)=\s*{_LITERAL}"),
    re.compile(
        rf"\b(?:getattr\(\s*\w+\s*,|(?!getenv)\w*(?:[eE]nv|[cC]onfig|[sS]ettings)\w*(?:\.get)?\()\s*[\"'](\w+)[\"']()\s*,\s*{_LITERAL}\s*\)"
    ),
    re.compile(
        rf"[{{,]\s*(\w+)()\s*:\s*\w+\s*=\s*{_LITERAL}(?=[^{{}}]*\}}\s*=\s*(?:process\.)?env\b)"
    ),
    re.compile(rf"environ\[[\"'](\w+)[\"']\]()\s+if\s+[^\n]*\benviron\s+else\s+{_LITERAL}"),
)
_CONSTANT: Final = lazy(
    r"process\.env(?:\.|\[[\"'])(\w+)(?:[\"']\])?!?\s*(?:\|\||\?\?)\s*([A-Za-z_]\w*)\b(?!\s*[.(])"
)
_LEAVES: Final = r"[ \t]*(?:raise\b|throw\b|return\b|else\b|\})"
_ALONE: Final = lazy(r"getenv\(|environ\.get\(|\benv(?:\.str)?\(|\bconfig\(")
_NEAR: Final = 400
"""Characters after a reading in which its replacement stands."""


def is_published(module: Module, line: int, value: str) -> bool:
    """Whether a literal is a stand-in rather than a key that was meant to be used.

    `hardcoded-secret` tells real keys that are defaults of fields or come after other variables.
    """
    row = module.lines[line - 1]
    alone = bool(_ALONE.search(row)) and " or " not in row
    known = is_placeholder(value) or module.language == "script" or alone
    return known and not value.startswith(("http", "/"))


def _after(module: Module) -> Iterator[StandIn]:
    """Yield what is assigned or returned where a variable that was read turns out to be empty."""
    for match in _KEPT.finditer(module.code):
        name, variable = match[1], next(g for g in match.groups()[1:] if g)
        if not is_secret_name(variable):
            continue
        rest = module.code[match.end() : match.end() + _NEAR]
        tested = rf"not\s+{name}\b|!\s*{name}\b|{name}\s+is\s+None|{name}\s*={{2,3}}"
        empty = rf"if\s*\(?\s*(?:{tested})[^\n]*"
        caught = r"^[ \t]*except\b[^\n]*"
        found = re.search(
            rf"(?:{empty}|{caught})(?:\n(?!{_LEAVES})[^\n]*){{0,3}}?\s*"
            rf"(?:\b{name}\s*=|\breturn)\s*([\"'`])([^\"'`\n{{}}$]+)\1",
            rest,
            re.MULTILINE,
        )
        if found:
            at = match.end() + found.start(1)
            yield module.code.count("\n", 0, at) + 1, variable, found[2]


def _named(module: Module) -> Iterator[StandIn]:
    """Yield constants of a script that follow a variable."""
    for line, match in lines_matching(module.code, _CONSTANT):
        constant = module.variables.get(match[2])
        value = (
            re.fullmatch(r"([\"'`])([^\"'`\n{}$]+)\1", constant.value.strip()) if constant else None
        )
        if value and is_secret_name(match[1]):
            yield line, match[1], value[2]


def stand_ins(module: Module) -> Iterator[StandIn]:
    """Yield the literals that replace a secret of the environment."""
    if not re.search(r"env|getattr|config|settings", module.code, re.IGNORECASE):
        return
    yield from _after(module)
    if module.language == "script":
        yield from _named(module)
    for pattern in _DIRECT:
        for line, match in lines_matching(module.code, pattern):
            if is_secret_name(match[1]):
                yield line, match[1], match[4]
