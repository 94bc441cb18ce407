import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._environment import is_placeholder, is_secret_name
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module


def _refuses(module: Module, value: str) -> bool:
    """Whether the code knows this stand-in and does not start with it."""
    if value not in module.code:
        return False
    known = rf"(?:[!=]==?|\bin\b)[^\n]*[\"']{re.escape(value)}[\"'](?:(?!\ndef |\nclass )[\s\S]){{0,500}}"
    return bool(re.search(rf"{known}\b(?:raise|throw|sys\.exit|process\.exit)\b", module.code))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield tracked values that are guessable."""
    for v in facts.environment.variables:
        value = v.value.strip("\"'")
        if v.is_example or "SECRET" not in v.name or not is_secret_name(v.name):
            continue
        if value and not value.startswith(("$", "<")) and is_placeholder(value):
            if any(_refuses(m, value) for m in facts.project.modules):
                continue
            yield Hit(v.file, v.line, f"The value of {v.name} is short or guessable.")


RULE = Rule(
    requirement="key:strength",
    category="weak-secret",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A signing secret is short or guessable.",
    why="Anybody who holds one token can try secrets offline until one fits.",
    remedy="Use 32 random bytes: `openssl rand -base64 32`.",
    check=check,
    flagged=(Case({"api/.env": "JWT_SECRET=mysecret\n"}),),
    accepted=(
        Case({"api/.env.example": "JWT_SECRET=\n"}),
        Case(
            {
                ".env": "JWT_SECRET=changethis\n",
                "config.py": """\
def check(value):
    if value == "changethis" and ENV != "development":
        raise ValueError("JWT_SECRET is the published one")
""",
            }
        ),
    ),
)
