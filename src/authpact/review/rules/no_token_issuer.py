import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_PROVIDER: Final = lazy(
    r"clerk|auth0|supabase|cognito|keycloak|firebase|okta|next-?auth|zitadel|logto|workos|msal",
    re.IGNORECASE,
)


def _uncalled(facts: Facts) -> Iterator[Hit]:
    """Yield functions that sign tokens for an API and that nothing calls, where nothing else does."""
    texts = [s.text for s in facts.environment.plain(r"package\.json$|requirements[\w.-]*\.txt$")]
    if any(_PROVIDER.search(t) for t in texts) or facts.issuers.is_used:
        return
    wanted = {
        name
        for v in facts.verifications
        if v.function and facts.is_reached(v.module, v.function) and not v.uses_key_set
        for name in v.key.environment
    }
    dead, live = [], set[str]()
    for mint in facts.tokens.mints:
        is_route = mint.function and facts.is_reached(mint.module, mint.function)
        called = mint.function and facts.project.callers(mint.module, mint.function)
        if mint.module.language == "python" and mint.function and not is_route and not called:
            dead.append(mint)
        else:
            # A key that was not told may be any that the file names.
            named = {n for n in wanted if re.search(rf"\b{n}\b", mint.module.code)}
            live |= set(mint.key.environment) or named
    for mint in dead:
        names = wanted & set(mint.key.environment) - live
        if names and mint.function and mint.module.path in facts.running.kept:
            message = f"Tokens under {min(names)} are demanded; nothing calls {mint.function.name}."
            yield at(mint.module, mint.function, message, Severity.MEDIUM)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield APIs that demand JWTs which nothing issues."""
    yield from _unissued(facts)
    yield from _uncalled(facts)


def _unissued(facts: Facts) -> Iterator[Hit]:
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

_KEY: Final = """\
import os, jwt
from fastapi import FastAPI, Depends

app = FastAPI()
KEY = os.environ["SECRET_KEY"]

def make_token(claims):
    return jwt.encode(claims, KEY, algorithm="HS256")

def current_user(token: str):
    return jwt.decode(token, KEY, algorithms=["HS256"])

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
        Case({"api/main.py": _KEY}),
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
                "api/main.py": _KEY
                + '\n@app.post("/login")\ndef login(form: Form):\n    return make_token({"sub": check(form)})\n'
            }
        ),
        Case({"api/main.py": _KEY, "web/package.json": '{"dependencies": {"@clerk/nextjs": "6"}}'}),
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
