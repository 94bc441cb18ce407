import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._logs import Line, label
from authpact.review._rule import Case, Hit, Rule, at

_NAME: Final = re.compile(
    r"^(?:(?:plain|new|old|raw|user|db|admin|current|confirm)_?)*"
    r"(?:password|passwd|pwd|passphrase|otp|secret|secret_?key|private_?key)$"
    r"|^\w+_(?:SECRET|SECRET_KEY|PRIVATE_KEY|API_KEY|PASSWORD)$|^(?:jwt|auth|client)_?secret$"
    r"|^(?:DATABASE|DB|POSTGRES|MONGO(?:DB)?)_?(?:URL|URI|DSN)$|^connection_?string$",
    re.IGNORECASE,
)
_NO_SECRET: Final = re.compile(r"NEXT_PUBLIC|ERROR|MESSAGE|REQUIRED|LABEL", re.IGNORECASE)


def _is_own_example(line: Line, name: str) -> bool:
    """Whether a script run by hand prints a value that it wrote down itself."""
    if line.function is not None or not name:
        return False
    value = rf"\b{re.escape(name)}[\"']?\s*[:=]\s*[\"'][^\"'\n]+[\"']\s*[,)}}\n]"
    return bool(re.search(value, line.module.code))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that carry a password, a code or a secret."""
    for line in facts.log_lines:
        if any("sqlite" in a.text.lower() for a in line.call.arguments):
            continue
        for value in line.values:
            if _is_own_example(line, label(value)):
                continue
            if _NAME.match(label(value)) and not _NO_SECRET.search(value):
                yield at(line.module, line.call, "A password, code or secret is logged.")
                break


RULE = Rule(
    requirement="logging:no-tokens",
    category="credential-logged",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A password, code or secret is written to the log.",
    why="Whoever reads the logs can sign in as the user.",
    remedy="Remove the line and replace what was logged.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def login(email, password):
    print(f"login {email} {password}")
"""
            }
        ),
        Case({"db.py": 'def start():\n    logger.info(f"database: {settings.DATABASE_URL}")\n'}),
        Case(
            {
                "route.ts": """\
export async function GET() {
  const shown = process.env.BETTER_AUTH_SECRET
    ? `${process.env.BETTER_AUTH_SECRET.slice(0, 4)}...`
    : "not set";
  console.log("secret:", shown);
}
"""
            }
        ),
        Case({"main.py": 'import os\nprint("key", os.getenv("OPENAI_API_KEY"))\n'}),
        Case({"auth.py": 'def login(data):\n    log.debug("in: %s", data["password"])\n'}),
    ),
    accepted=(
        Case(
            {
                "try_user.py": """\
user = make(**{"email": "a@example.com", "password": "example-words"})
print(f"made {user.email} {user.password}")
"""
            }
        ),
        Case({"db.py": 'print(f"using SQLite: {DATABASE_URL}")\n'}),
        Case(
            {
                "auth.py": """\
def login(email, password):
    log.info("login refused")
"""
            }
        ),
        Case(
            {
                "db.py": """\
import os

def start():
    log.info("host %s", settings.DATABASE_URL.split("@")[-1])
    print("secret is set" if os.getenv("JWT_SECRET") else "secret is missing")
"""
            }
        ),
        Case(
            {
                "sign-in-test.js": """\
console.log("Password:", payload.password);
"""
            }
        ),
    ),
)
