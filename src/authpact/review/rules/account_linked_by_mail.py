import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching, members

_EXCHANGES: Final = lazy(
    r"authorize_access_token\(|\buserinfo\b|user_info\b|\bid_token\b|verify_oauth2_token\(|fetch_token\("
    r"|oauth2/v\d|openid|api\.github\.com/user|graph\.(?:microsoft|facebook)\.com|googleapis\.com|google_user|github_user",
    re.IGNORECASE,
)
_CLAIM: Final = lazy(r"\b(\w+)\s*=\s*(?:str\(\s*)?\w+(?:\.get\(\s*|\[\s*)[\"']email[\"']")
_LOOK_UP: Final = (
    r"\.email\s*==\s*{name}\b|filter_by\(\s*email\s*=\s*{name}\b|\bby_email\(\s*[^)]*\b{name}\b"
    r"|find_one\(\s*\{{\s*[\"']email[\"']\s*:\s*{name}\b|get_user_by_email\([^)]*\b{name}\b"
    r"|WHERE\s+email\s*=[^\n]*\n?[^\n]*\b{name}\b"
)
_DIRECT: Final = r"\.email\s*==\s*\w+(?:\.get\(\s*|\[\s*)[\"']email[\"']"
_SUBJECT: Final = lazy(
    r"(?:\.get\(\s*|\[\s*)[\"'](?:sub|id|node_id|oid|user_id)[\"']"
    r"|\b(?:google|github|microsoft|facebook|provider|oauth|external|account)_?(?:account_?)?(?:id|sub|uid|user_id)\b"
)
_VERIFIED: Final = lazy(r"[\"'](?:email_verified|verified_email|verified|xms_edov)[\"']")
_TAKES_ALL: Final = lazy(r"[\"'`](?:common|organizations|consumers)[\"'`]")


def _looked_up(function: Function) -> int:
    """Return the line, counted from 1, where a row is found by the address of a provider."""
    text = function.text
    claim = _CLAIM.search(text)
    pattern = _LOOK_UP.format(name=re.escape(claim[1])) if claim else _DIRECT
    found = next(lines_matching(text, re.compile(f"{pattern}|{_DIRECT}", re.IGNORECASE)), None)
    return found[0] if found else 0


def _linking(facts: Facts) -> Iterator[Hit]:
    """Yield servers that trust the addresses of a provider where every tenant writes its own."""
    for issuer in facts.issuers.servers:
        account = members(members(issuer.options.get("account", "")).get("accountLinking", ""))
        provider = members(issuer.options.get("socialProviders", "")).get("microsoft")
        if provider is None or "microsoft" not in account.get("trustedProviders", ""):
            continue
        tenant = members(provider).get("tenantId", "")
        if not tenant or _TAKES_ALL.search(tenant):
            line = issuer.line_of(r"\btrustedProviders\b")
            message = "Any Microsoft tenant may claim an address, and gets its account."
            yield at(issuer.module, line, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield sign-ins with a provider that enter whichever account has the same address."""
    for module in facts.python:
        if "email" not in module.code or not _EXCHANGES.search(module.code):
            continue
        for function in module.functions:
            text = function.text
            if not _EXCHANGES.search(text) or _SUBJECT.search(text) or _VERIFIED.search(text):
                continue
            line = _looked_up(function)
            if line:
                message = "A provider's address alone decides which account is entered."
                yield at(module, function.line + line - 1, message)
    yield from _linking(facts)


RULE = Rule(
    requirement="token:subject",
    category="unstable-user-identity",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A sign-in with a provider is matched by its address.",
    why="Whoever registered the address first, unverified, shares the account; a changed address opens another's.",
    remedy="Store the provider's `sub` with the account, and link an address only when both sides verified it.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/google/callback")
async def callback(request: Request, db=Depends(get_db)):
    token = await oauth.google.authorize_access_token(request)
    info = token["userinfo"]
    email = info.get("email")
    user = db.scalars(select(User).where(User.email == email)).first()
    if not user:
        user = User(email=email)
        db.add(user)
    return {"token": sign(user.id)}
"""
            }
        ),
        Case(
            {
                "service.py": """\
async def sign_in(code, db):
    answer = await client.get("https://www.googleapis.com/oauth2/v2/userinfo")
    profile = answer.json()
    return db.query(User).filter(User.email == profile["email"]).first()
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  socialProviders: { microsoft: { clientId: "a", clientSecret: process.env.MS } },
  account: { accountLinking: { enabled: true, trustedProviders: ["google", "microsoft"] } },
});
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
async def callback(request, db):
    token = await oauth.google.authorize_access_token(request)
    info = token["userinfo"]
    email = info.get("email")
    if not info.get("email_verified"):
        raise HTTPException(403)
    return db.scalars(select(User).where(User.email == email)).first()
"""
            }
        ),
        Case(
            {
                "main.py": """\
async def callback(request, db):
    token = await oauth.google.authorize_access_token(request)
    info = token["userinfo"]
    user = db.scalars(select(User).where(User.google_id == info["sub"])).first()
    email = info.get("email")
    taken = db.scalars(select(User).where(User.email == email)).first()
    return user or refuse(taken)
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  socialProviders: { microsoft: { clientId: "a", tenantId: process.env.MS_TENANT } },
  account: { accountLinking: { enabled: true, trustedProviders: ["microsoft"] } },
});
"""
            }
        ),
    ),
)
