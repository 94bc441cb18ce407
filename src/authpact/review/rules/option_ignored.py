import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from authpact.findings import Confidence, Severity
from authpact.review._mends import drop_member
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Client, Issuer
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members

_KNOWN: Final = {
    "jwt({ * })": "jwks jwt schema disableSettingJwtHeader adapter sessionCookieCache",
    "jwt({ jwt: { * } })": "issuer audience expirationTime definePayload getSubject sign",
    "jwt({ jwks: { * } })": "remoteUrl keyPairConfig keyPairConfigs disablePrivateKeyEncryption rotationInterval gracePeriod jwksPath",
    "session.*": "modelName fields additionalFields expiresIn updateAge disableSessionRefresh deferSessionRefresh storeSessionInDatabase preserveSessionInDatabase cookieCache freshAge",
    "session.cookieCache.*": "enabled maxAge strategy refreshCache version",
    "emailAndPassword.*": "enabled disableSignUp requireEmailVerification maxPasswordLength minPasswordLength sendResetPassword resetPasswordTokenExpiresIn onPasswordReset password autoSignIn revokeSessionsOnPasswordReset onExistingUserSignUp customSyntheticUser sendEmailVerificationOnSignUp",
    "createAuthClient({ * })": "baseURL basePath plugins fetchOptions disableDefaultFetchPlugins sessionOptions $InferAuth disableSignal",
}
"""Members that a part of the configuration has; anything else in the place of * is ignored."""
_TOP: Final = frozenset(
    [
        "jwt",
        "jwtSecret",
        "jwks",
        "cookies",
        "callbacks",
        "providers",
        "pages",
        "cors",
        "trustHost",
        "adapter",
        "strategy",
        "debug",
        "events",
        "theme",
        "socialLogins",
        "socialProvider",
        "oauth",
        "oauthProviders",
        "credentials",
        "emailPassword",
        "baseUrl",
        "authOptions",
        "useSecureCookies",
        "cookiePrefix",
        "crossSubDomainCookies",
        "trustedOrigin",
        "allowedOrigins",
        "sessionMaxAge",
        "expiresIn",
        "sessionExpiresIn",
        "accessControl",
        "allowedRoles",
        "csrf",
    ]
)
"""Top-level options of other libraries. Unknown ones may be new, so only these are reported."""
_ADVANCED: Final = frozenset(
    [
        "cookie",
        "cookieOptions",
        "sessionCookie",
        "secureCookies",
        "sameSite",
        "secure",
        "httpOnly",
        "domain",
        "cookieDomain",
        "cors",
        "csrf",
        "csrfProtection",
        "trustedOrigins",
        "disableCSRF",
        "allowedOrigins",
    ]
)
_DATABASE: Final = frozenset(
    ["provider", "url", "connectionString", "uri", "host", "client", "connection"]
)
_ADAPTERS: Final = frozenset(
    ["db", "dialect", "type", "casing", "transaction", "connect", "createDriver", "debugLogs"]
)
_PLUGINS: Final = {
    "admin": "allowedRoles accessControl permissions adminRole adminEmails admins adminUsers superAdmin userRoles roleField",
    "organization": "accessControl permissions allowedRoles allowCreation maxMembers maxOrganizations memberRoles",
}
"""Options that these plugins do not have. Unknown ones may be new, so only these are reported."""
_NAME: Final = lazy(r"[A-Za-z_$]\w*")


class _Option(NamedTuple):
    """An option as a person would say it, its name and value, and a pattern that ends at it."""

    shown: str
    name: str
    value: str
    pattern: str


def _unknown(part: str, text: str, pattern: str) -> Iterator[_Option]:
    """Yield the members of a part of the configuration that this part does not have."""
    known = _KNOWN[part].split()
    for name, value in members(text).items():
        if _NAME.fullmatch(name) and name not in known:
            yield _Option(
                part.replace("*", name), name, value, rf"{pattern}[\s\S]*?\b{name}\b\s*[:,}}]"
            )


def _of_issuer(issuer: Issuer) -> Iterator[_Option]:
    plugin = members(issuer.plugins.get("jwt", ""))
    yield from _unknown("jwt({ * })", issuer.plugins.get("jwt", ""), r"jwt\(\s*\{")
    yield from _unknown("jwt({ jwt: { * } })", plugin.get("jwt", ""), r"\bjwt\s*:\s*\{")
    yield from _unknown("jwt({ jwks: { * } })", plugin.get("jwks", ""), r"\bjwks\s*:\s*\{")
    for label, foreign in _PLUGINS.items():
        given = members(issuer.plugins.get(label, ""))
        for name in sorted(set(foreign.split()) & set(given)):
            shown = rf"\b{label}\(\s*\{{[\s\S]*?\b{name}\b\s*[:,}}]"
            yield _Option(f"{label}({{ {name} }})", name, given[name], shown)
    session = issuer.options.get("session", "")
    yield from _unknown("session.*", session, r"\bsession\s*:\s*\{")
    cache = members(session).get("cookieCache", "")
    yield from _unknown("session.cookieCache.*", cache, r"\bcookieCache\s*:\s*\{")
    password = issuer.options.get("emailAndPassword", "")
    yield from _unknown("emailAndPassword.*", password, r"\bemailAndPassword\s*:\s*\{")
    for name in sorted(_TOP & set(issuer.options)):
        yield _Option(name, name, issuer.options[name], rf"(?:^|[,{{])\s*{name}\s*:")
    advanced = members(issuer.options.get("advanced", ""))
    for name in sorted(_ADVANCED & set(advanced)):
        yield _Option(
            f"advanced.{name}", name, advanced[name], rf"\badvanced\s*:[\s\S]*?\b{name}\s*[:,}}]"
        )
    database = issuer.options.get("database", "")
    if set(members(database)) & _DATABASE and not set(members(database)) & _ADAPTERS:
        yield _Option("this form of database", "database", database, r"\bdatabase\s*:")


def _of_client(client: Client) -> Iterator[Hit]:
    text = client.call.arguments[0].text if client.call.arguments else ""
    for option in _unknown("createAuthClient({ * })", text, ""):
        found = re.search(rf"\b{option.name}\b\s*[:,}}]", text)
        line = client.call.arguments[0].line + text.count("\n", 0, found.start() if found else 0)
        yield at(client.module, line, f"The client of Better Auth ignores {option.name}.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield options of Better Auth that do not exist."""
    for issuer in facts.issuers.servers:
        for option in _of_issuer(issuer):
            found = re.search(option.pattern, issuer.text)
            line = issuer.text_line + issuer.text.count("\n", 0, found.end() if found else 0)
            member = rf"\b{option.name}\s*:\s*{re.escape(option.value)}"
            mend = drop_member(issuer.module.text, line, member, safe=True)
            yield at(issuer.module, line, f"Better Auth ignores {option.shown}.", mend=mend)
    for client in facts.issuers.clients:
        yield from _of_client(client)


RULE = Rule(
    requirement="issue:fixed-identity",
    category="invalid-config-key",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An option of Better Auth does not exist.",
    why="It is ignored in silence: the tokens stay EdDSA and live 15 minutes, whatever the option says.",
    remedy="Remove it; the options are `jwks.keyPairConfig`, `jwt.issuer`, `jwt.audience`, `jwt.expirationTime` and `jwt.definePayload`.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
export const auth = betterAuth({
  plugins: [organization({ accessControl, roles: { owner } })],
});
"""
            }
        ),
        Case({"auth.ts": 'betterAuth({ plugins: [admin({ allowedRoles: ["chief"] })] });\n'}),
        Case({"auth.ts": "betterAuth({ secret, expiresIn: 3600 });\n"}),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt({ algorithm: "HS256" })] });
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  session: { expiresIn: 3600, cookie: { name: "own", httpOnly: true } },
});
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  session: { cookieCache: { enabled: true, httpOnly: false } },
});
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ database: { provider: "postgresql", url: process.env.DATABASE_URL } });
"""
            }
        ),
        Case({"auth.ts": "betterAuth({ emailAndPassword: { enabled: true, minLength: 12 } });\n"}),
        Case({"auth.ts": "export const auth = betterAuth({ secret, trustHost: true });\n"}),
        Case({"auth.ts": "export const auth = betterAuth({ secret, socialLogins: [] });\n"}),
        Case({"auth.ts": 'betterAuth({ advanced: { sameSite: "none" } });\n'}),
        Case(
            {
                "client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient({ baseURL: "/", cookieName: "own" });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  database: { db, type: "postgres" },
  advanced: { cookiePrefix: "notes", defaultCookieAttributes: { sameSite: "none", secure: true } },
  session: { ...shared, expiresIn, cookieCache: { enabled: true, maxAge: 300, strategy: "jwe" } },
  emailAndPassword: { enabled: true, sendResetPassword: async ({ user, url }) => mail(user, url) },
});
export const client = createAuthClient({ plugins: [], fetchOptions: { onError } });
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  plugins: [
    jwt({ jwt: { expirationTime: "15m" } }),
    admin({ ac: accessControl, roles, adminRoles: ["chief"] }),
    organization({ ac, roles: { owner }, sendInvitationEmail }),
  ],
});
"""
            }
        ),
    ),
)
