from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import literal

_HTTP: Final = lazy(
    r"^http://(?!localhost|127\.|0\.0\.0\.0|\[|10\.|192\.168\.|host\.docker|[a-z_-]+(?::\d+)?(?:/|$))"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield base addresses over plain HTTP outside of development."""
    for issuer in facts.issuers.servers:
        text = literal(issuer.options.get("baseURL", "")) or ""
        if _HTTP.search(text):
            yield at(
                issuer.module,
                issuer.line_of(r"baseURL"),
                "The base address of Better Auth is plain http.",
            )
    for v in facts.environment.variables:
        if v.name in {"BETTER_AUTH_URL", "NEXT_PUBLIC_BETTER_AUTH_URL"} and _HTTP.search(
            v.value.strip("\"'")
        ):
            yield Hit(v.file, v.line, f"{v.name} is plain http.")


RULE = Rule(
    requirement="transport:https",
    category="http-base-url",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The issuer is reached over plain HTTP.",
    why="Cookies and tokens can be read on the way, and the session cookie is not Secure.",
    remedy="Use https outside of local development.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ baseURL: "http://todo.example.com" });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ baseURL: "http://localhost:3000" });
"""
            }
        ),
    ),
)
