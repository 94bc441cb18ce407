import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Mend, Severity
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._environment import Pin
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_PYTHON: Final = (
    ("python-jose", (3, 4), "CVE-2024-33663 lets a public key pass as a shared secret"),
    ("pyjwt", (2, 4), "CVE-2022-29217 lets a public key pass as a shared secret"),
    ("authlib", (1, 3, 1), "CVE-2024-37568 lets a public key pass as a shared secret"),
)
_EXACT: Final = lazy(r"[\"']better-auth[\"']\s*:\s*[\"'](\d+)\.(\d+)\.(\d+)[\"']")
_FIXED: Final = (1, 3, 26)


def _packages(facts: Facts) -> Iterator[Hit]:
    for source in facts.environment.plain(r"(^|/)package\.json$"):
        for line, match in lines_matching(source.text, _EXACT):
            version = tuple(int(part) for part in match.groups())
            if version < _FIXED and any("apiKey" in s.plugins for s in facts.issuers.servers):
                yield Hit(
                    source.path,
                    line,
                    "CVE-2025-61928 lets strangers make API keys for any user; fixed in better-auth 1.3.26.",
                )


def _raise(facts: Facts, pin: Pin, version: str) -> Mend | None:
    """Raise a pin, unless hashes follow it: those take a tool that can ask for new ones."""
    text = next((s.text for s in facts.tree.plain if s.path == pin.file), "")
    line = text.split("\n")[pin.line - 1] if text else ""
    pinned = re.search(r"==\s*[\d.]+", line)
    if pinned is None or "--hash" in text or line.rstrip().endswith("\\"):
        return None
    return swap(text, pin.line, pinned[0], f"=={version}")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield pinned versions with a published flaw in what they are used for."""
    for name, fixed, flaw in _PYTHON:
        for pin in facts.environment.pins(name):
            if pin.is_exact and pin.version and pin.version < fixed:
                version = ".".join(map(str, fixed))
                text = f"{flaw}; fixed in {name} {version}."
                yield Hit(pin.file, pin.line, text, mend=_raise(facts, pin, version))
    for pin in facts.environment.pins("pyjwt"):
        if pin.is_exact and pin.version == (2, 10, 0):
            text = "CVE-2024-53861 compares issuers in part only; fixed in pyjwt 2.10.1."
            yield Hit(pin.file, pin.line, text, mend=_raise(facts, pin, "2.10.1"))
    yield from _packages(facts)


RULE = Rule(
    requirement="crypto:libraries",
    category="vulnerable-dependency",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A pinned library has a published flaw (advisories known on 2025-10-15).",
    why="The flaw is public, and so is how to use it.",
    remedy="Raise the pin to the fixed version.",
    check=check,
    flagged=(
        Case(
            {
                "requirements.txt": """\
fastapi==0.115.0
python-jose[cryptography]==3.3.0
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "requirements.txt": """\
fastapi==0.115.0
python-jose[cryptography]==3.5.0
"""
            }
        ),
    ),
)
