import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Issuer
from authpact.review.facts._lifetimes import seconds
from authpact.review.facts._mints import Mint, amount_in
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members

_DAY: Final = 86400
_OTHER: Final = lazy(r"refresh|verif|reset|invite|magic|confirm", re.IGNORECASE)
_LASTS: Final = lazy(r"expir|lifetime|ttl|max_age|delta", re.IGNORECASE)


def _longest(mint: Mint) -> float:
    longest = mint.lifetime
    if mint.function is not None and mint.module.language == "python":
        for parameter in mint.function.parameters:
            if _LASTS.search(parameter.name) and parameter.default.isdigit():
                longest = max(longest, float(parameter.default))
    return longest


def _of_mint(mint: Mint) -> Hit | None:
    """Return the hit where the lifetime is set: the constant, else the signature."""
    name = mint.function.name if mint.function else ""
    if _longest(mint) < _DAY or _OTHER.search(name):
        return None
    days = _longest(mint) / _DAY
    message = f"The token lives {days:g} days." if days > 1 else "The token lives a day."
    file, line = mint.lifetime_place
    if line:
        return Hit(file, line, message)
    in_python = mint.module.language == "python"
    return at(mint.module, mint.function if in_python and mint.function else mint.call, message)


def _of_plugin(issuer: Issuer) -> Iterator[Hit]:
    """Yield the lifetime of tokens of the jwt plugin, and of a cookie cache that is a JWT."""
    inner = members(members(issuer.plugins.get("jwt", "")).get("jwt", ""))
    lives = seconds(inner.get("expirationTime", ""))
    if lives > _DAY and re.match(r"[\"'`]", inner["expirationTime"]):
        line = issuer.line_of(r"\bexpirationTime\s*:")
        yield at(issuer.module, line, f"The token lives {lives / _DAY:g} days.")
    cache = issuer.cookie_cache
    lives = amount_in(cache.get("maxAge", ""))
    if "jwt" in cache.get("strategy", "") and lives > _DAY:
        line = issuer.line_of(r"\bcookieCache\s*:[^}]*?\bmaxAge\s*:")
        yield at(issuer.module, line, f"The cached session, a JWT, lives {lives / _DAY:g} days.")


_ROW: Final = lazy(
    r"\b\w*Session\((?:[^()]|\([^()]*\))*?\bexpires_?[aA]t\s*=[^()]*timedelta\(\s*days\s*=\s*(\d+)",
    re.DOTALL,
)
_MONTH: Final = 30
_SEASON: Final = 90


def _has_short_tokens(issuer: Issuer) -> bool:
    """Whether the API sees tokens of minutes alone: the session can be ended at any time."""
    inner = members(members(issuer.plugins.get("jwt", "")).get("jwt", ""))
    return 0 < seconds(inner.get("expirationTime", "")) <= _DAY / 24


def _of_sessions(facts: Facts) -> Iterator[Hit]:
    """Yield sessions of a month and more: those of Better Auth, and rows the API writes."""
    for issuer in facts.issuers.servers:
        given = members(issuer.options.get("session", "")).get("expiresIn", "")
        days = amount_in(given) / _DAY
        if days >= _MONTH and not (days <= _SEASON and _has_short_tokens(issuer)):
            line = issuer.line_of(r"\bexpiresIn\s*:")
            yield at(issuer.module, line, f"The session lives {days:g} days.")
    for module, line, found in facts.matches(facts.python, _ROW):
        if int(found[1]) >= _MONTH:
            last = line + found[0].count("\n")
            yield at(module, last, f"The session lives {found[1]} days.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield access tokens that live for a day and longer."""
    found = (_of_mint(m) for m in facts.tokens.mints)
    yield from dict.fromkeys(hit for hit in found if hit)
    for issuer in facts.issuers.servers:
        yield from _of_plugin(issuer)
    yield from _of_sessions(facts)


RULE = Rule(
    requirement="token:lifetime",
    category="excessive-expiry",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="An access token lives for days.",
    why="A JWT cannot be called back: a stolen one works until it ends, also after sign-out.",
    remedy="Issue tokens for minutes and ask for a new one while the session lives.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import jwt, time

def make(user):
    issued = int(time.time())
    ends = issued + (24 * 60 * 60)
    return jwt.encode({"sub": user, "iat": issued, "exp": ends}, KEY, algorithm="HS256")
"""
            }
        ),
        Case(
            {
                "token.ts": """\
import { SignJWT } from "jose";
const WEEK = 60 * 60 * 24 * 7;
export const make = (id) =>
  new SignJWT({ sub: id })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime(Math.floor(Date.now() / 1000) + WEEK)
    .sign(key);
"""
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ session: { expiresIn: 60 * 60 * 24 * 60 } });
"""
            }
        ),
        Case(
            {
                "login.py": """\
def login(db, user):
    db.add(AuthSession(
        token=secrets.token_urlsafe(32),
        expires_at=now + timedelta(days=90),
    ))
"""
            }
        ),
        Case(
            {
                "config.py": """\
class Settings(BaseSettings):
    TOKEN_MINUTES: int = 60 * 24 * 30
""",
                "tokens.py": """\
import jwt

def create_access_token(data, expires_delta=None):
    expire = now() + (expires_delta or timedelta(minutes=15))
    return jwt.encode({"exp": expire, **data}, KEY, algorithm="HS256")
""",
                "login.py": """\
from tokens import create_access_token

def login(user):
    lives = timedelta(minutes=settings.TOKEN_MINUTES)
    return create_access_token({"sub": user}, expires_delta=lives)
""",
            }
        ),
        Case(
            {
                "token.ts": """\
import jwt from "jsonwebtoken";
export const make = (id) => jwt.sign({ sub: id }, key, { algorithm: "HS256", expiresIn: "7d" });
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt({ jwt: { expirationTime: "30d" } })] });
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  session: { cookieCache: { enabled: true, strategy: "jwt", maxAge: 60 * 60 * 24 * 7 } },
});
"""
            }
        ),
        Case(
            {
                "config.py": """\
class Settings(BaseSettings):
    TOKEN_SECONDS: int = 604800
""",
                "auth.py": """\
import jwt

def make(user, expires_in: int = settings.TOKEN_SECONDS):
    claims = {"sub": user, "exp": now() + timedelta(seconds=expires_in)}
    return jwt.encode(claims, KEY, algorithm="HS256")
""",
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt, time

def make(user):
    claims = {"sub": user, "exp": int(time.time()) + 30 * 24 * 3600}
    return jwt.encode(claims, KEY, algorithm="HS256")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import jwt, time

def make(user):
    issued = int(time.time())
    ends = issued + (15 * 60)
    return jwt.encode({"sub": user, "iat": issued, "exp": ends}, KEY, algorithm="HS256")
""",
                "token.ts": """\
import jwt from "jsonwebtoken";
const LIVES = "15m";
export const make = (id) => jwt.sign({ sub: id }, key, { algorithm: "HS256", expiresIn: LIVES });
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ session: { expiresIn: 60 * 60 * 24 * 7 } });
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def create_access_token(data, expires_delta=None):
    expire = now() + (expires_delta or timedelta(minutes=15))
    return jwt.encode({"exp": expire, **data}, KEY, algorithm="HS256")

def login(user):
    return create_access_token({"sub": user}, expires_delta=timedelta(minutes=30))
"""
            }
        ),
        Case(
            {
                "token.ts": """\
import jwt from "jsonwebtoken";
export const make = (id) => jwt.sign({ sub: id }, key, { algorithm: "HS256", expiresIn: "15m" });
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  session: { expiresIn: 60 * 60 * 24 * 7, cookieCache: { enabled: true, maxAge: 60 * 5 } },
  plugins: [jwt({ jwt: { expirationTime: "15m" } })],
});
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt, time

def make(user):
    claims = {"sub": user, "exp": int(time.time()) + 15 * 60}
    return jwt.encode(claims, KEY, algorithm="HS256")
"""
            }
        ),
    ),
)
