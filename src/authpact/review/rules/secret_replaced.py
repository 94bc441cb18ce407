from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._stand_ins import stand_ins


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that a literal replaces in a step of its own."""
    for module in facts.project.modules:
        # Several variables may be tried in turn: the last of them was missing as well.
        found = {line: (name, value) for line, name, value in stand_ins(module)}
        for line, (name, value) in found.items():
            if not value.startswith(("http", "/")):
                yield at(module, line, f"A literal stands in when {name} is missing.")


RULE = Rule(
    requirement="key:no-example-values",
    category="default-secret-fallback",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A literal replaces a secret that turned out to be missing.",
    why="One forgotten variable and anybody who read the code can sign tokens or sessions.",
    remedy="Raise an error where the variable is missing, so that the application does not start.",
    check=check,
    flagged=(
        Case(
            {
                "config.py": """\
import os

def secret():
    value = os.getenv("JWT_SECRET")
    if not value:
        print("JWT_SECRET is not set")
        value = "only-here"
    return value
"""
            }
        ),
        Case(
            {
                "config.py": """\
import os

def secret():
    value = os.environ.get("JWT_SECRET")
    if value is None:
        return "only-here"
    return value
"""
            }
        ),
        Case(
            {
                "config.py": """\
import os

try:
    JWT_SECRET = os.environ["JWT_SECRET"]
except KeyError:
    JWT_SECRET = "only-here"
"""
            }
        ),
        Case(
            {
                "config.py": 'import os\n\nKEY = os.environ["JWT_SECRET"] if "JWT_SECRET" in os.environ else "only-here"\n'
            }
        ),
        Case({"config.py": 'KEY = getattr(settings, "JWT_SECRET", "only-here")\n'}),
        Case({"auth.ts": 'process.env.BETTER_AUTH_SECRET ??= "only-here";\n'}),
        Case(
            {
                "auth.ts": """\
let secret = process.env.BETTER_AUTH_SECRET;
if (!secret) {
  secret = "only-here";
}
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
const STAND_IN = "only-here";
export const auth = betterAuth({ secret: process.env.BETTER_AUTH_SECRET || STAND_IN });
"""
            }
        ),
        Case({"auth.ts": 'const { JWT_SECRET: key = "only-here" } = process.env;\n'}),
        Case({"auth.ts": 'const key = readEnv("JWT_SECRET", "only-here");\n'}),
    ),
    accepted=(
        Case(
            {
                "config.py": """\
import os

def secret():
    value = os.getenv("JWT_SECRET")
    if not value:
        raise RuntimeError("JWT_SECRET is missing")
    return value

def kind():
    value = os.getenv("JWT_SECRET")
    if not value:
        return None
    return "signed"

def title():
    name = os.getenv("TITLE")
    if not name:
        name = "notes"
    return name
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
const secret = process.env.BETTER_AUTH_SECRET;
if (!secret) {
  throw new Error("BETTER_AUTH_SECRET is missing");
}
const kind = "session";
"""
            }
        ),
    ),
)
