import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._tokens import looks_session_up
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching, members

_SESSION_TOKEN: Final = lazy(
    r"\bsession\??\.(?:data\??\.)?(?:session\??\.)?token\b|\bdata\??\.session\??\.token\b"
    r"|\.session\??\.token\b|\.session as \w+\)\??\.token\b"
)
_COOKIE: Final = lazy(r"[\"'`](?:__Secure-)?[\w-]*\.session_token=?[\"'`]")
_HEADER: Final = lazy(r"\.get\(\s*[\"']set-auth-token[\"']")
_BEARER: Final = lazy(r"[\"'`]Bearer (?:\$\{|[\"']\s*\+)")
_EXCHANGED: Final = lazy(r"\.token\(|/token\b|getToken\(|set-auth-jwt")
"""The module asks for a JWT as well: what it sends may be that one."""
_SENDS: Final = lazy(r"Bearer\s|setToken\(|bearerToken\b|setAuthToken\(")


def _demands_jwt(facts: Facts) -> bool:
    """Whether the API is made to verify JWTs, and does not look session tokens up."""
    imported = any(
        i.module.partition(".")[0] in {"jwt", "jose"} for m in facts.python for i in m.imports
    )
    required = any(facts.environment.pins(p) for p in ("python-jose", "pyjwt"))
    looked_up = any(looks_session_up(m.code) for m in facts.python)
    return (imported or required) and not looked_up


def _sends_header(facts: Facts) -> Iterator[tuple[Module, int]]:
    """Yield where the header of the bearer plugin is kept, by what a sender of tokens uses."""
    senders = [m for m in facts.scripts if _BEARER.search(m.code)]
    used = {m.path for m in senders if not _EXCHANGED.search(m.code)}
    for module in senders:
        found = (facts.project.module_of(module, i.module) for i in module.imports)
        used |= {m.path for m in found if m is not None and module.path in used}
    for module in facts.scripts:
        if module.path in used and not _EXCHANGED.search(module.code):
            yield from ((module, line) for line, _ in lines_matching(module.code, _HEADER))


def _is_own(facts: Facts, module: Module, text: str) -> bool:
    """Whether a session is what a function of the tree gets from a service or storage of its own."""
    name = re.match(r"\w+", text)
    called = {
        found[1]
        for a in module.assignments
        if name and (a.target == name[0] or name[0] in members(a.target).values())
        for found in re.findall(r"^(await\s+)?(\w+)\(", a.value)
    }
    meant = [f for c in called if (f := facts.project.function(module, c))]
    return bool(meant) and all(_makes_session(*f) for f in meant)


def _makes_session(module: Module, function: Function) -> bool:
    """Whether a function has its session from a request or a storage, never from Better Auth."""
    if _FETCHES.search(function.text):
        return not _ASKS.search(function.text)
    keeps = re.search(r"\b(?:local|session)Storage\.setItem\(", module.code)
    issued = any("better-auth" in i.module for i in module.imports)
    return bool(keeps) and not issued and not _ASKS.search(module.code)


_FETCHES: Final = lazy(r"\bfetch\(")
_ASKS: Final = lazy(r"get-session|authClient|auth\.api|createAuthClient")


def _sends_session(facts: Facts, pattern: re.Pattern[str]) -> Iterator[tuple[Module, int]]:
    """Yield where a session token is taken from the session or its cookie and sent."""
    for module in facts.scripts:
        if not pattern.search(module.code):
            continue
        rows = lines_matching(module.code, _SESSION_TOKEN)
        found = next((r for r in rows if not _is_own(facts, module, r[1][0])), None)
        if found is None and re.search(r"\bdocument\.cookie|\bgetCookie\(|cookies", module.code):
            found = next(lines_matching(module.code, _COOKIE), None)
        if found:
            yield module, found[0]


def check(facts: Facts) -> Iterator[Hit]:
    """Yield clients that send the opaque session token to a JWT verifier."""
    servers = facts.issuers.servers
    if not servers or not _demands_jwt(facts):
        return
    issued = any(s.issues_jwt for s in servers)
    verified = any(v.function and v.uses_key_set for v in facts.verifications)
    if issued and (not verified or any("jwt" not in s.plugins for s in servers)):
        return
    places = _sends_session(facts, _BEARER if issued else _SENDS)
    for module, line in (*places, *_sends_header(facts)):
        if not (issued and _EXCHANGED.search(module.code)):
            yield at(module, line, "The opaque session token is sent where the API expects a JWT.")


_JWT_SERVER: Final = """\
import { betterAuth } from "better-auth";
import { bearer, jwt } from "better-auth/plugins";
export const auth = betterAuth({ plugins: [bearer(), jwt()] });
"""
_JWT_API: Final = """\
import jwt

keys = jwt.PyJWKClient("https://app.test/api/auth/jwks")

def read(token):
    return jwt.decode(token, keys.get_signing_key_from_jwt(token), algorithms=["EdDSA"])
"""


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
                "web/auth.ts": _JWT_SERVER,
                "api/auth.py": _JWT_API,
                "web/api.ts": """\
const { data } = await authClient.getSession();
fetch("/x", { headers: { Authorization: `Bearer ${data.session.token}` } });
""",
            }
        ),
        Case(
            {
                "web/auth.ts": _JWT_SERVER,
                "api/auth.py": _JWT_API,
                "web/kept.ts": """\
export const kept = { value: "" };
export const keep = (answer) => { kept.value = answer.headers.get("set-auth-token"); };
""",
                "web/api.ts": """\
import { kept } from "./kept";
export const me = () => fetch("/x", { headers: { Authorization: `Bearer ${kept.value}` } });
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
                "web/auth.ts": _JWT_SERVER.replace("bearer(), jwt()", ""),
                "api/auth.py": _JWT_API,
                "web/held.ts": """\
const held = () => JSON.parse(localStorage.getItem("held") ?? "null");
export const signIn = async (form) => localStorage.setItem("held", await send("/login", form));
export const useSession = () => {
  const [data] = useState(held());
  return { data };
};
""",
                "web/page.tsx": """\
import { useSession } from "./held";
const { data: session } = useSession();
fetch("/x", { headers: { Authorization: `Bearer ${session.token}` } });
""",
            }
        ),
        Case(
            {
                "web/auth.ts": _JWT_SERVER.replace("bearer(), jwt()", ""),
                "api/auth.py": _JWT_API,
                "web/api.ts": """\
export async function current() {
  return (await fetch("/api/session-of-ours")).json();
}
export async function token() {
  const session = await current();
  return session?.token;
}
export const me = async () => fetch("/x", { headers: { Authorization: `Bearer ${await token()}` } });
""",
            }
        ),
        Case(
            {
                "web/auth.ts": _JWT_SERVER,
                "api/auth.py": _JWT_API,
                "web/api.ts": """\
const { data } = await authClient.getSession();
const answer = await fetch("/api/auth/token", { headers: { Authorization: `Bearer ${data.session.token}` } });
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
