from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts

_KINDS: Final = (
    frozenset({"sub", "user_id", "userId", "userid", "id", "uid", "account_id", "accountId"}),
    frozenset({"role", "roles"}),
    frozenset({"scope", "scopes", "scp", "permissions"}),
    frozenset({"email", "mail", "user_email", "userEmail", "email_address"}),
    frozenset(
        {"org", "org_id", "orgId", "organization_id", "organizationId", "activeOrganizationId"}
        | {"tenant", "tenant_id", "tenantId", "workspace_id", "workspaceId", "team_id", "teamId"}
    ),
)
"""Names under which the same thing travels."""


def _instead(name: str, issued: frozenset[str], beside: frozenset[str]) -> list[str]:
    """Return what tokens carry instead of this claim; nothing when the code knows that too."""
    if name in issued:
        return []
    kind = next((k for k in _KINDS if name in k), frozenset[str]())
    carried = kind & issued
    return [] if carried & beside else sorted(carried)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield claims that are read under another name than they are issued."""
    seen = set()
    for v in facts.verifications:
        issued = facts.claims.issued_to(v.module)
        if not issued or not v.is_for_access:
            continue
        for reading in facts.claims.read_after(v):
            instead = _instead(reading.name, issued, reading.beside)
            place = (reading.module.path, reading.name)
            if instead and place not in seen:
                seen.add(place)
                message = f"Reads {reading.name}, but issued tokens carry {', '.join(instead)}."
                yield at(reading.module, reading.line, message)


RULE = Rule(
    requirement="token:subject",
    category="claim-name-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The verifier reads a claim that tokens do not carry.",
    why="Every token is refused, or the subject is None.",
    remedy="Put the user id into `sub` and read `sub`; name other claims alike on both sides.",
    check=check,
    flagged=(
        Case(
            {
                "api/a.py": """\
import jwt

def make(user):
    return jwt.encode({"user_id": user}, K, algorithm="HS256")

def read(token):
    payload = jwt.decode(token, K, algorithms=["HS256"])
    return payload.get("sub")
"""
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  plugins: [jwt({ jwt: { definePayload: ({ user }) => ({ email: user.email, roles: [user.job] }) } })],
});
""",
                "api/claims.py": """\
import jwt

def claims(token, key):
    return jwt.decode(token, key, algorithms=["EdDSA"])
""",
                "api/roles.py": """\
from claims import claims

def allowed(found: dict = Depends(claims)):
    if found.get("role") != "nurse":
        raise HTTPException(403)
""",
            }
        ),
        Case(
            {
                "web/route.ts": """\
import { SignJWT } from "jose";
export const make = (id) =>
  new SignJWT({ name: "a" }).setProtectedHeader({ alg: "HS256" }).setSubject(id).sign(key);
""",
                "api/model.py": """\
from pydantic import BaseModel, Field

class Access(BaseModel):
    account: str = Field(alias="userId")
    exp: int
""",
                "api/a.py": """\
from jose import jwt
from model import Access

def read(token):
    raw = jwt.decode(token, K, algorithms=["HS256"])
    return Access.model_validate(raw)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/a.py": """\
import jwt

def make(user):
    return jwt.encode({"sub": user}, K, algorithm="HS256")

def current(token):
    payload = jwt.decode(token, K, algorithms=["HS256"])
    return {"user_id": payload["sub"]}

def listed(user: dict = Depends(current)):
    return rows(user["user_id"])
"""
            }
        ),
        Case(
            {
                "api/a.py": """\
import jwt

def make(user):
    return jwt.encode({"sub": user}, K, algorithm="HS256")

def read(token):
    payload = jwt.decode(token, K, algorithms=["HS256"])
    return payload.get("sub")
"""
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  plugins: [jwt({ jwt: { definePayload: ({ user }) => ({ ...user, kind: "access" }) } })],
});
""",
                "api/a.py": """\
import jwt

def read(token, key):
    claims = jwt.decode(token, key, algorithms=["EdDSA"])
    return claims["user_id"]
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt()] });
""",
                "api/a.py": """\
import jwt

def read(token, key):
    claims = jwt.decode(token, key, algorithms=["EdDSA"])
    return claims.get("user_id") or claims["sub"]
""",
            }
        ),
    ),
)
