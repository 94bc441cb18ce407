from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module


def _repeated(module: Module) -> Iterator[Hit]:
    """Yield arguments that a call names twice: Python refuses to compile the module."""
    for call in module.calls:
        names = set[str]()
        for argument in call.arguments:
            if argument.name and argument.name in names:
                message = (
                    f"{argument.name} is passed twice, a SyntaxError: the module cannot start."
                )
                yield at(module, argument.line, message, Severity.HIGH)
            names.add(argument.name)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield settings that one class declares twice, and arguments that one call repeats."""
    for module in facts.python:
        yield from _repeated(module)
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
                "main.py": """\
app.add_middleware(
    CORSMiddleware,
    allow_origins=["http://localhost:3000"],
    allow_methods=["*"],
    allow_origins=["https://app.example.com"],
)
"""
            }
        ),
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
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=[A], **more)
other(allow_origins=inner(allow_origins=[B]))
both(*first, *second, **third, **fourth)
"""
            }
        ),
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
