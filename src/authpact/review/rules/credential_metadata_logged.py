import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import BY_HAND, Line, label, origin
from authpact.review.source._pattern import lazy

_LENGTH: Final = lazy(
    r"len\(\s*[\w.]*(?:password|secret)|(?:password|secret)\w*\.length", re.IGNORECASE
)
_EMAIL: Final = lazy(r"^(?:user_?)?e?mail(?:_?address)?$", re.IGNORECASE)
_SIGNS_IN: Final = lazy(
    r"password|authorization|getSession|session_token|sign_?in|sign_?up|log_?in\b", re.IGNORECASE
)
_RECORD: Final = lazy(r"(?:^|\.)(?:current_?)?user$", re.IGNORECASE)
_OF_SESSION: Final = lazy(r"session\w*\??\.user$|^(?:await\s+)?get_current_user\(", re.IGNORECASE)


def _problem(line: Line) -> str:
    if any(_LENGTH.search(v) for v in line.values):
        return "The length of a password or secret is logged."
    problem = "The e-mail address of whoever signs in is logged."
    if not any(_EMAIL.match(label(v)) for v in line.values):
        problem = "The record of the user is logged." if _has_record(line) else ""
    text = line.function.text if line.function else line.module.code
    return problem if problem and _SIGNS_IN.search(text) else ""


def _has_record(line: Line) -> bool:
    for value in line.values:
        if _RECORD.search(value):
            behind = origin(line.module, line.function, value) or value
            if _OF_SESSION.search(behind):
                return True
    return False


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that describe a password or who signs in, the first of each function."""
    seen: set[tuple[str, int, str]] = set()
    for line in facts.log_lines:
        problem = "" if BY_HAND.search(line.module.path) else _problem(line)
        key = (line.module.path, line.function.line if line.function else 0, problem)
        if problem and key not in seen:
            seen.add(key)
            yield at(line.module, line.call, problem)


RULE = Rule(
    requirement="logging:no-tokens",
    category="credential-metadata-logged",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Facts about a password are written to the log.",
    why="The length narrows guesses, and the line sits beside the e-mail address.",
    remedy="Remove the line.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def login(data):
    print(f"length {len(data.password)}")
"""
            }
        ),
        Case(
            {
                "route.ts": """\
export async function authorize({ email, password }) {
  console.log("login attempt:", email);
}
"""
            }
        ),
        Case(
            {
                "page.tsx": """\
export default async function Page() {
  const session = await auth.api.getSession({ headers: await headers() });
  const user = session.user;
  console.log("user", user);
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
def me(request):
    user = find(request.cookies["better-auth.session_token"])
    answer = {"user": {"name": user.name, "email": user.email}}
    print(answer)
    return answer
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "prisma/seed.ts": """\
for (const user of await prisma.user.findMany({ where: { password: null } })) {
  console.log(`granted ${user.email}`);
}
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def login(data):
    if len(data.password) < 8:
        raise ValueError("too short")
"""
            }
        ),
        Case(
            {
                "mail.py": """\
def invite(email):
    log.info("invited %s", email)

def login(data):
    log.info("signed in: %s", data.user_id)
    check(data.password)
"""
            }
        ),
    ),
)
