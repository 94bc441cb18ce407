from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts, is_client
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield tokens that the browser signs itself."""
    for mint in facts.tokens.mints:
        module = mint.module
        if module.language != "script" or module in facts.handlers:
            continue
        in_browser = is_client(module) or any(
            e.startswith("NEXT_PUBLIC_") for e in mint.key.environment
        )
        if in_browser:
            yield at(module, mint.call, "The browser signs its own token.")


RULE = Rule(
    requirement="environment:not-public",
    category="client-side-token-mint",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Tokens are signed in the browser.",
    why="The key is in the JavaScript that everybody downloads; anybody signs any token.",
    remedy="Sign on the server, for a live session only.",
    check=check,
    flagged=(
        Case(
            {
                "lib/t.ts": """\
"use client";
import { SignJWT } from "jose";
export const make = () => new SignJWT({ sub: "a" }).setProtectedHeader({ alg: "HS256" }).sign(key);
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/token/route.ts": """\
import { SignJWT } from "jose";
export const make = () => new SignJWT({ sub: "a" }).setProtectedHeader({ alg: "HS256" }).sign(key);
"""
            }
        ),
    ),
)
