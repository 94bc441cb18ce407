from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def check(facts: Facts) -> Iterator[Hit]:
    """Yield Better Auth instances that issue nothing while an API demands JWTs."""
    wanted = [
        v for v in facts.verifications if v.function and facts.is_reached(v.module, v.function)
    ]
    if not wanted or facts.tokens.mints:
        return
    servers = facts.issuers.servers
    if not servers or any(s.issues_jwt for s in servers):
        return
    if any("createAuthEndpoint" in m.code or "signJWT" in m.code for m in facts.scripts):
        return
    yield at(
        servers[0].module,
        servers[0].call,
        "The API verifies JWTs, but nothing in the tree issues one.",
    )


_API: Final = """\
import jwt
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    return jwt.decode(token, "k", algorithms=["HS256"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user
"""


RULE = Rule(
    requirement="issue:one-endpoint",
    category="no-jwt-issuer",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="No jwt plugin and no token route exists.",
    why="A Better Auth session is an opaque cookie; without an issuing endpoint the API refuses every call.",
    remedy="Add the jwt() plugin, or a token endpoint, and let the client ask it.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ database });
""",
                "api/main.py": _API,
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ session: { cookieCache: { enabled: true, strategy: "jwt" } } });
""",
                "api/main.py": _API,
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
const options = { plugins: [...(on ? [jwt()] : []), bearer()] } satisfies BetterAuthOptions;
export const auth = betterAuth(options);
""",
                "api/main.py": _API,
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt()] });
""",
                "api/main.py": """\
import jwt
from fastapi import FastAPI, Depends

app = FastAPI()

def current_user(token: str):
    return jwt.decode(token, "k", algorithms=["EdDSA"])

@app.get("/a")
def a(user=Depends(current_user)):
    return user
""",
            }
        ),
    ),
)
