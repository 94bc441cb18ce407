from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_HOPS: Final = 4

_SERVER: Final = lazy(
    r"[\"'](?:use server|server-only|next/headers|next/server)[\"']|process\.env\.(?!NEXT_PUBLIC_|NODE_ENV)"
)


def _bundled(facts: Facts) -> frozenset[str]:
    """Return scripts that only client components import, directly or through one another."""
    users: dict[str, set[str]] = {}
    for module in facts.scripts:
        for one in module.imports:
            found = facts.project.module_of(module, one.module)
            if found is not None:
                users.setdefault(found.path, set()).add(module.path)
    bundled = {m.path for m in facts.scripts if is_client(m)}
    for _ in range(_HOPS):
        bundled |= {path for path, by in users.items() if by <= bundled}
    return frozenset(p for p in bundled if not _SERVER.search(facts.project.by_path[p].text))


_CLAIMS: Final = lazy(r"JSON\.stringify\(\s*\{[^{}]*\b(?:sub|exp)\s*:")
_JOINED: Final = lazy(r"`[^`$]*\$\{\w+\}\.\$\{\w+\}\.[^`]*`")
_AROUND: Final = lazy(r"[^\n]*[tT]oken\w*\s*=[^=][^\n]*$|`[^`\n]*$")


def _invented(module: Module) -> Iterator[Hit]:
    """Yield texts in the shape of a token that a script of the browser puts together unsigned."""
    for call in module.called("btoa"):
        function = module.function_of(call)
        if function is None or not call.arguments or not _CLAIMS.match(call.arguments[0].text):
            continue
        joined = next(lines_matching(function.text, _JOINED), None)
        named = _AROUND.search(module.lines[call.line - 1].partition("btoa")[0])
        if joined or named:
            line = function.line + joined[0] - 1 if joined else call.line
            yield at(module, line, "The browser makes up its own token.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield tokens that the browser signs itself."""
    bundled = _bundled(facts)
    for mint in facts.tokens.mints:
        module = mint.module
        if module.language != "script" or module in facts.handlers:
            continue
        in_browser = (
            module.path in bundled
            or is_client(module)
            or any(e.startswith("NEXT_PUBLIC_") for e in mint.key.environment)
        )
        if in_browser:
            yield at(module, mint.call, "The browser signs its own token.")
    signed = {m.module.path for m in facts.tokens.mints}
    for module in facts.browser:
        if module.path not in signed and not _SERVER.search(module.text):
            yield from _invented(module)


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
                "lib/demo.ts": """\
"use client";
export function demoToken(user) {
  const claims = btoa(JSON.stringify({ sub: user.id, exp: soon() }));
  const head = btoa("{}");
  return `${head}.${claims}.demo`;
}
"""
            }
        ),
        Case(
            {
                "lib/t.ts": """\
const part = (value) => btoa(JSON.stringify(value)).replace(/=+$/, "");
export async function makeToken(key, sub) {
  const text = `${part({ alg: "HS256" })}.${part({ sub })}`;
  return `${text}.${part(await crypto.subtle.sign("HMAC", key, encode(text)))}`;
}
""",
                "app/list.tsx": """\
"use client";
import { makeToken } from "../lib/t";
""",
            }
        ),
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
                "lib/page.ts": """\
"use client";
export const cursor = (row, token) => btoa(JSON.stringify({ after: row.id }));
"""
            }
        ),
        Case(
            {
                "lib/t.ts": """\
import "server-only";
import { SignJWT } from "jose";
export const makeToken = () => new SignJWT({ sub: "a" }).setProtectedHeader({ alg: "HS256" }).sign(key);
""",
                "app/list.tsx": """\
"use client";
import { makeToken } from "../lib/t";
""",
            }
        ),
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
