from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.facts._mints import Mint
from authpact.review.source._pattern import lazy

_MASTER: Final = lazy(r"\b(?:BETTER_AUTH_SECRET|NEXTAUTH_SECRET|AUTH_SECRET)\b")
_SESSION: Final = lazy(
    r"\bget(?:Server)?Session\(|\bauth\(\)|\bgetToken\(|\bcallbacks\s*:|\bcurrentUser\("
    # A route may look the session up by itself: by SQL, an ORM or the name of the cookie.
    r"|\bFROM\s+(?:\w+\.)?[\"\\`]*session[\"\\`]*\s|\bsession\.find(?:First|Unique)\(|\.from\(\s*(?:schema\.)?sessions?\s*\)"
    r"|better-auth\.session_token"
)


def _from_session(facts: Facts, mint: Mint) -> bool:
    """Whether a token is given for a session, here or where the module is imported."""
    if _SESSION.search(mint.module.code):
        return True
    name = mint.function.name if mint.function else ""
    return bool(name) and any(
        _SESSION.search(m.code)
        for m in facts.scripts
        for i in m.imports
        if i.name == name and facts.project.module_of(m, i.module) is mint.module
    )


def _master(mint: Mint) -> str:
    """Return the variable of the session secret when it signs, empty for another key."""
    found = _MASTER.search(" ".join(mint.key.environment)) or _MASTER.search(mint.text)
    return found[0] if found else ""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield servers that turn a session into a token by hand, in a way that goes wrong."""
    for mint in facts.tokens.mints:
        module = mint.module
        if module.language != "script" or is_client(module) or "createAuthEndpoint" in module.code:
            continue
        if not _from_session(facts, mint):
            continue
        if _master(mint):
            message = f"API tokens are signed with {_master(mint)} by a route of its own."
            yield at(module, mint.call, message, Severity.MEDIUM)
        elif not {"iss", "aud"} & set(mint.claims):
            message = "A route of its own signs API tokens that name neither issuer nor audience."
            yield at(module, mint.call, message)


RULE = Rule(
    requirement="key:dedicated",
    category="custom-token-mint",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A hand-made route signs API tokens.",
    why="With the session secret the API holds the key that signs sessions and links of Better Auth: whoever takes it takes accounts over. Without issuer and audience any other token under the key passes for one of these.",
    remedy="Use the jwt() plugin, or sign with a secret that is only for API tokens and set `iss` and `aud`.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/token/route.ts": """\
import jwt from "jsonwebtoken";
export async function GET(request) {
  const rows = await pool.query('SELECT * FROM session WHERE token = $1', [cookie]);
  return Response.json({ token: jwt.sign({ sub: rows[0].userId }, process.env.BETTER_AUTH_SECRET) });
}
"""
            }
        ),
        Case(
            {
                "pages/api/token.ts": """\
import jwt from "jsonwebtoken";
export default async function handler(req, res) {
  const found = await db.select().from(session).where(eq(session.token, cookie));
  res.json({ token: jwt.sign({ sub: found[0].userId }, process.env.BETTER_AUTH_SECRET) });
}
"""
            }
        ),
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
        Case(
            {
                "app/api/token/route.ts": """\
import * as jose from "jose";
export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  const key = new TextEncoder().encode(process.env.BETTER_AUTH_SECRET);
  return Response.json({ token: await new jose.SignJWT({ sub: session.user.id }).setProtectedHeader({ alg: "HS256" }).sign(key) });
}
"""
            }
        ),
        Case(
            {
                "lib/api-token.ts": """\
import { sign } from "jsonwebtoken";
export const apiToken = (id) => sign({ sub: id }, process.env.AUTH_SECRET, { expiresIn: "5m" });
""",
                "app/api/token/route.ts": """\
import { apiToken } from "@/lib/api-token";
export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  return Response.json({ token: apiToken(session.user.id) });
}
""",
            }
        ),
        Case(
            {
                "app/api/token/route.ts": """\
import { signJWT } from "better-auth/crypto";
export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  return Response.json({ token: await signJWT({ sub: session.user.id }, process.env.BETTER_AUTH_SECRET, 900) });
}
"""
            }
        ),
        Case(
            {
                "app/api/token/route.ts": """\
import { createHmac } from "crypto";
export async function GET(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  const head = Buffer.from(JSON.stringify({ alg: "HS256", typ: "JWT" })).toString("base64url");
  const body = Buffer.from(JSON.stringify({ sub: session.user.id })).toString("base64url");
  const mac = createHmac("sha256", process.env.BETTER_AUTH_SECRET).update(`${head}.${body}`).digest("base64url");
  return Response.json({ token: `${head}.${body}.${mac}` });
}
"""
            }
        ),
        Case(
            {
                "auth.config.ts": """\
const jwt = require("jsonwebtoken");
export default {
  callbacks: {
    async jwt({ token, user }) {
      token.accessToken = jwt.sign({ sub: user.id }, process.env.API_KEY, { algorithm: "RS256" });
      return token;
    },
  },
};
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
  const token = new SignJWT({ sub: session.user.id }).setProtectedHeader({ alg: "HS256" });
  return Response.json({ token: await token.setIssuer("web").setAudience("api").sign(key) });
}
"""
            }
        ),
        Case(
            {
                "lib/invite.ts": """\
import jwt from "jsonwebtoken";
export const invite = (email) => jwt.sign({ email }, process.env.INVITE_SECRET, { expiresIn: "1d" });
"""
            }
        ),
    ),
)
