import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield route handlers that sign API tokens with the secret of Better Auth."""
    for mint in facts.tokens.mints:
        if mint.module.language != "script" or mint.module not in facts.handlers:
            continue
        if re.search(r"getSession", mint.module.code) and (
            "BETTER_AUTH_SECRET" in mint.key.environment or "BETTER_AUTH_SECRET" in mint.module.code
        ):
            yield at(
                mint.module,
                mint.call,
                "API tokens are signed with BETTER_AUTH_SECRET by a route of its own.",
            )


RULE = Rule(
    requirement="key:dedicated",
    category="custom-token-mint",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A hand-made route signs API tokens with the session secret.",
    why="The API then holds the key that signs sessions and links of Better Auth: whoever takes it takes accounts over.",
    remedy="Use the jwt() plugin, or sign with a secret that is only for API tokens.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/token/route.ts": """\
import { SignJWT } from "jose";
export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  const key = new TextEncoder().encode(process.env.BETTER_AUTH_SECRET);
  return Response.json({ token: await new SignJWT({ sub: session.user.id }).setProtectedHeader({ alg: "HS256" }).sign(key) });
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/token/route.ts": """\
import { SignJWT } from "jose";
export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  const key = new TextEncoder().encode(process.env.API_JWT_SECRET);
  return Response.json({ token: await new SignJWT({ sub: session.user.id }).setProtectedHeader({ alg: "HS256" }).sign(key) });
}
"""
            }
        ),
    ),
)
