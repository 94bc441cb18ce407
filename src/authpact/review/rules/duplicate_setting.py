from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield settings that one class declares twice."""
    for module in facts.python:
        seen: dict[tuple[str, str], str] = {}
        for one in module.assignments:
            if (
                not one.owner
                or one.function >= 0
                or not one.annotation
                or "Settings" not in one.owner
            ):
                continue
            key = (one.owner, one.target)
            if key in seen and seen[key] != one.value:
                yield at(
                    module, one.line, f"{one.target} is declared twice; the later default wins."
                )
            seen[key] = one.value


RULE = Rule(
    requirement="environment:complete",
    category="duplicate-setting",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A setting is declared twice.",
    why="The second default replaces the first in silence.",
    remedy="Keep one declaration.",
    check=check,
    flagged=(
        Case(
            {
                "config.py": """\
class Settings(BaseSettings):
    secret: str = "a"
    url: str = "b"
    secret: str | None = None
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "config.py": """\
class Settings(BaseSettings):
    secret: str
    url: str = "b"
"""
            }
        ),
    ),
)
