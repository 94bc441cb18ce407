import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import Line, label
from authpact.review.source._pattern import lazy

_NAME: Final = lazy(
    r"^(?:(?:plain|new|old|raw|user|db|admin|current|confirm)_?)*"
    r"(?:password|passwd|pwd|passphrase|otp|secret|secret_?key|private_?key)$"
    r"|^\w+_(?:SECRET|SECRET_KEY|PRIVATE_KEY|API_KEY|PASSWORD)$|^(?:jwt|auth|client)_?secret$"
    r"|^(?:DATABASE|DB|POSTGRES|MONGO(?:DB)?)_?(?:URL|URI|DSN)$|^connection_?string$",
    re.IGNORECASE,
)
_SIGNS_IN: Final = lazy(
    r"\bpassword\b|[\"'`/](?:sign-?(?:in|up)|log-?in|register)(?:/email)?[\"'`]", re.IGNORECASE
)
_MEDIUM: Final = Severity.MEDIUM
_NO_SECRET: Final = lazy(r"NEXT_PUBLIC|ERROR|MESSAGE|REQUIRED|LABEL", re.IGNORECASE)


def _is_own_example(line: Line, name: str) -> bool:
    """Whether a script run by hand prints a value that it wrote down itself."""
    if line.function is not None or not name:
        return False
    value = rf"\b{re.escape(name)}[\"']?\s*[:=]\s*[\"'][^\"'\n]+[\"']\s*[,)}}\n]"
    return bool(re.search(value, line.module.code))


def _sends_passwords(facts: Facts) -> frozenset[str]:
    """Return the scripts through whose functions passwords are sent, those that do it included."""
    found: set[str] = set()
    for module in facts.scripts:
        posts = any(
            _SIGNS_IN.search(a.text)
            for c in module.calls
            if re.search(r"(?:^|\.)(?:post|request|fetch\w*|send|api\w*)$", c.name, re.IGNORECASE)
            for a in c.arguments
        )
        if posts:
            found.add(module.path)
            homes = (facts.project.module_of(module, i.module) for i in module.imports)
            found |= {m.path for m in homes if m is not None}
    return frozenset(found)


def _is_body(line: Line, value: str) -> bool:
    """Whether a value is what the function sends as the body of a request."""
    if line.function is None or not re.fullmatch(r"[A-Za-z_]\w*", value):
        return False
    sent = rf"\bbody\s*[:=]\s*(?:\w+\s*\?\s*)?JSON\.stringify\(\s*{value}\s*\)"
    return bool(re.search(sent, line.function.text))


def _bodies(facts: Facts) -> Iterator[Hit]:
    """Yield log lines of a client that write each body that it sends."""
    lines = [n for n in facts.log_lines if any(_is_body(n, v) for v in n.values)]
    senders = _sends_passwords(facts) if lines else frozenset()
    for line in lines:
        if line.module.path in senders:
            yield at(line.module, line.call, "Every body is logged, passwords too.", _MEDIUM)


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
    yield from _bodies(facts)


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
                "lib/http.ts": """\
export async function send(url, data) {
  console.log("request", { url, data });
  return fetch(url, { method: "POST", body: JSON.stringify(data) });
}
export const api = { post: (url, data) => send(url, data) };
""",
                "lib/session.ts": """\
import { api } from "./http";
export const enter = (email, password) => api.post("/auth/login", { email, password });
""",
            }
        ),
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
                "lib/http.ts": """\
export async function send(url, data) {
  console.log("request", { url, data });
  return fetch(url, { method: "POST", body: JSON.stringify(data) });
}
""",
                "lib/notes.ts": """\
import { send } from "./http";
export const add = (title) => send("/api/notes", { title });
""",
            }
        ),
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
