"""The code around a finding for a terminal, with every literal that may be a secret masked."""

from typing import Final

from authpact.findings import Finding
from authpact.review.source._pattern import lazy

_SECRETS: Final = frozenset(
    [
        "committed-secret",
        "hardcoded-secret",
        "default-secret-fallback",
        "weak-secret",
        "secret-in-public-env",
    ]
)
_QUOTED: Final = lazy(r"([\"'`])[^\"'`\n]{4,}\1")
_VALUE: Final = lazy(r"([=:]\s*)[^\s\"'`{(][^\s]{5,}")
_PASSWORD: Final = lazy(r"(://[^\s:/@]+:)[^\s@]+@")
_JWT: Final = lazy(r"eyJ[\w-]{6,}(?:\.[\w-]+){0,2}")
_WIDTH: Final = 120


def masked(line: str, finding: Finding) -> str:
    """Return one line of code without passwords and tokens, nor any literal that is a secret."""
    secret = finding.category in _SECRETS
    text = _JWT.sub("***", _PASSWORD.sub(r"\1***@", line))
    if secret:
        text = _VALUE.sub(r"\1***", _QUOTED.sub(r"\1***\1", text))
    return text[:_WIDTH]


def excerpt(finding: Finding, text: str, around: int = 1) -> list[tuple[int, str]]:
    """Return (line number, masked code) around a finding."""
    lines = text.split("\n")
    first = max(1, finding.location.line - around)
    last = min(len(lines), finding.location.line + around)
    return [(n, masked(lines[n - 1], finding)) for n in range(first, last + 1)]
