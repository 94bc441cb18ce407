import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_READ: Final = re.compile(
    r"(?:cookies(?:\.get\(|\[)\s*|alias\s*=\s*|COOKIE\w*\s*=\s*)f?[\"']((?!__Secure-)(?!__Host-)[\w.-]*session_token)[\"']"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield readers of the session cookie that know its development name only."""
    for module in facts.python:
        if "__Secure-" in module.code or "__Host-" in module.code or not facts.issuers.is_used:
            continue
        found = next(lines_matching(module.code, _READ), None)
        if found and re.search(r"better[-_]auth|session_token", found[1][1]):
            yield at(module, found[0], f"Over https the cookie is called __Secure-{found[1][1]}.")


RULE = Rule(
    requirement="transport:https",
    category="secure-cookie-prefix",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The secure name of the session cookie is not read.",
    why="Over https Better Auth prefixes the cookie with __Secure-; every production request is refused.",
    remedy="Verify access tokens instead of cookies, or read both names.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "api/deps.py": """\
def current(request):
    return request.cookies.get("better-auth.session_token")
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "api/deps.py": """\
def current(request):
    c = request.cookies
    return c.get("__Secure-better-auth.session_token") or c.get("better-auth.session_token")
""",
            }
        ),
    ),
)
