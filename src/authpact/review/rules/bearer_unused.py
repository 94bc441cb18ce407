from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_COOKIE: Final = lazy(r"(?:cookies(?:\.get\(|\[)\s*|alias\s*=\s*)f?[\"'][\w.-]*session_token[\"']")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield APIs that authenticate by the session cookie while a bearer scheme is declared."""
    decided = any(
        v.function is not None and facts.is_reached(v.module, v.function)
        for v in facts.verifications
    )
    for module in facts.python:
        found = next(lines_matching(module.code, _COOKIE), None)
        if found and "HTTPBearer(" in module.code and facts.issuers.is_used and not decided:
            yield at(
                module,
                found[0],
                "The session cookie is looked up; the bearer scheme is not what decides.",
            )


RULE = Rule(
    requirement="transport:one-place",
    category="not-jwt-bearer",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    summary="The API reads the session cookie instead of an access token.",
    why="The API then needs the session table, and every cross-site request carries the credential.",
    remedy="Issue access tokens and verify them, or state the cookie as a decision and check origins.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "api/deps.py": """\
security = HTTPBearer()

def current(request, db):
    return db.session(request.cookies.get("better-auth.session_token"))
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
security = HTTPBearer()

def current(credentials=Depends(security)):
    return verify(credentials.credentials)
""",
            }
        ),
    ),
)
