import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching
from authpact.review._tokens import looks_session_up

_SESSION_TOKEN: Final = re.compile(
    r"\bsession\??\.(?:data\??\.)?(?:session\??\.)?token\b|\bdata\??\.session\??\.token\b"
    r"|\.session\??\.token\b|\.session as \w+\)\??\.token\b"
)
_COOKIE: Final = re.compile(r"[\"'`](?:__Secure-)?[\w-]*\.session_token=?[\"'`]")
_SENDS: Final = re.compile(r"Bearer\s|setToken\(|bearerToken\b|setAuthToken\(")


def _demands_jwt(facts: Facts) -> bool:
    """Whether the API is made to verify JWTs, and does not look session tokens up."""
    imported = any(
        i.module.partition(".")[0] in {"jwt", "jose"} for m in facts.python for i in m.imports
    )
    required = any(facts.environment.pins(p) for p in ("python-jose", "pyjwt"))
    looked_up = any(looks_session_up(m.code) for m in facts.python)
    return (imported or required) and not looked_up


def check(facts: Facts) -> Iterator[Hit]:
    """Yield clients that send the opaque session token to a JWT verifier."""
    servers = facts.issuers.servers
    if not servers or any(s.issues_jwt for s in servers) or not _demands_jwt(facts):
        return
    message = "The opaque session token is sent where the API expects a JWT."
    for module in facts.scripts:
        if not _SENDS.search(module.code):
            continue
        found = next(lines_matching(module.code, _SESSION_TOKEN), None)
        if found is None and re.search(r"\bdocument\.cookie|\bgetCookie\(|cookies", module.code):
            found = next(lines_matching(module.code, _COOKIE), None)
        if found:
            yield at(module, found[0], message)


RULE = Rule(
    requirement="token:shape",
    category="token-format-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A session token is sent to a JWT verifier.",
    why="`session.token` of Better Auth is a random text, not a JWT; every call is refused.",
    remedy="Ask the token endpoint of the jwt plugin, or your own, and send what it answers.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ database });
""",
                "web/api.ts": """\
const s = await authClient.getSession();
fetch("/x", { headers: { Authorization: `Bearer ${s.data?.session?.token}` } });
""",
                "api/auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"])
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ database });
""",
                "web/api.ts": """\
const found = document.cookie.split("; ").find((c) => c.startsWith("better-auth.session_token="));
fetch("/x", { headers: { Authorization: `Bearer ${found.split("=")[1]}` } });
""",
                "api/auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"])
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ database });
""",
                "web/api.ts": """\
const s = await authClient.getSession();
fetch("/x", { headers: { Authorization: `Bearer ${s.data?.session?.token}` } });
""",
                "requirements.txt": "pyjwt==2.10.0\n",
                "api/auth.py": """\
def read(token):
    return database["session"].find_one({"token": token})
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt()] });
""",
                "web/api.ts": """\
const { token } = await (await fetch("/api/auth/token")).json();
fetch("/x", { headers: { Authorization: `Bearer ${token}` } });
""",
                "api/auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["EdDSA"])
""",
            }
        ),
    ),
)
