import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Issuer
from authpact.review.facts._mints import amount_in
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_HOUR: Final = 3600
_ASKS: Final = lazy(r"\.getSession\(")


def _of_issuer(issuer: Issuer) -> Iterator[Hit]:
    lives = amount_in(issuer.cookie_cache.get("maxAge", ""))
    if "true" in issuer.cookie_cache.get("enabled", "") and lives > _HOUR:
        found = re.search(r"\bcookieCache\s*:[^}]*?\bmaxAge", issuer.text)
        line = issuer.text_line + issuer.text.count("\n", 0, found.end() if found else 0)
        message = f"A session that was ended goes on for {lives / _HOUR:g} hours in the cookie."
        yield at(issuer.module, line, message, Severity.MEDIUM)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield cached sessions that outlive their end, and tokens that are made from them."""
    cached = [i for i in facts.issuers.servers if "true" in i.cookie_cache.get("enabled", "")]
    for issuer in cached:
        yield from _of_issuer(issuer)
    makers = {m.module.path: m.module for m in facts.tokens.mints if m.module.language == "script"}
    for module in makers.values() if cached else ():
        if is_client(module) or "disableCookieCache" in module.code:
            continue
        found = next(lines_matching(module.code, _ASKS), None)
        if found:
            yield at(module, found[0], "The token is made from a cached session that may be over.")


RULE = Rule(
    requirement="issue:not-cached",
    category="session-not-revocable",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A session is believed from the cookie after it was ended.",
    why="With `cookieCache` the session is answered from a signed cookie until `maxAge`: sign-out elsewhere, a ban or a new password do not reach it, nor the tokens made from it.",
    remedy="Cache for minutes, and issue tokens with `getSession({ query: { disableCookieCache: true } })`.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  session: { cookieCache: { enabled: true, maxAge: 60 * 60 * 24 } },
});
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ session: { cookieCache: { enabled: true, maxAge: 300 } } });
""",
                "app/api/token/route.ts": """\
import { SignJWT } from "jose";
export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  return Response.json(await new SignJWT({ sub: session.user.id }).setProtectedHeader({ alg: "HS256" }).sign(key));
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ session: { cookieCache: { enabled: true, maxAge: 5 * 60 } } });
""",
                "app/api/token/route.ts": """\
import { SignJWT } from "jose";
export async function GET(request) {
  const query = { disableCookieCache: true };
  const session = await auth.api.getSession({ headers: request.headers, query });
  return Response.json(await new SignJWT({ sub: session.user.id }).setProtectedHeader({ alg: "HS256" }).sign(key));
}
""",
            }
        ),
    ),
)
