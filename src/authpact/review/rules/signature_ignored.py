import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_BY_HAND: Final = lazy(r"\.split\(\s*[\"']\.[\"']\s*\)\s*\[\s*1\s*\]")


def _parts(text: str) -> re.Match[str] | None:
    """Return where a token is cut into parts of which the second one is decoded."""
    found = _PARTS.search(text)
    return found if found and re.search(rf"decode\(\s*{found[1]}\[1\]", text) else None


def _by_hand(facts: Facts) -> Iterator[Hit]:
    for module in facts.python:
        for function in module.functions:
            text = function.text
            if ".split(" not in text:
                continue
            found = None if "id_token" in text else _BY_HAND.search(text) or _parts(text)
            place = found or (None if "id_token" in text else _THREE.search(text))
            inside = text if found else f"{text}{_helpers(facts, module, function)}"
            if (
                place
                and "b64decode" in inside
                and "loads(" in inside
                and not re.search(
                    r"hmac|compare_digest|verify|signature\b|\.sub\b", inside, re.IGNORECASE
                )
            ):
                line = function.line + text.count("\n", 0, place.start())
                yield at(module, line, "The payload is read without any check of the signature.")


def _helpers(facts: Facts, module: Module, function: Function) -> str:
    """Return the code of the functions of the tree that a function calls."""
    return "\n".join(f.text for _, f in facts.project.callees(module, function))


_THREE: Final = lazy(
    r"\w+\s*,\s*\w+\s*,\s*[\w*]+\s*=[^\n]*\.split\(\s*[\"']\.[\"']\s*(?:,\s*2\s*)?\)"
)
"""Header, payload and signature, taken apart at once."""
_PARTS: Final = lazy(r"(\w+)\s*=\s*\w*(?:token|jwt)\w*\.split\(\s*[\"']\.[\"']\s*\)")
_SERVER: Final = lazy(r"(^|/)(?:middleware|proxy)\.[jt]s$|(^|/)route\.[jt]sx?$")
_DECODES: Final = frozenset({"decodeJwt", "jwtDecode", "jwt_decode"})
_ATOB: Final = lazy(r"(?:atob|Buffer\.from)\(\s*\w*[tT]oken\w*\.split\(\s*[\"']\.[\"']\s*\)\[1\]")


def _in_server_code(facts: Facts) -> Iterator[Hit]:
    """Yield handlers and proxies of Next.js that read a token and never verify one."""
    for module in facts.scripts:
        checks = re.search(r"jwtVerify|\.verify\(|verifyJWT|getSession", module.code)
        if checks or not _SERVER.search(module.path):
            continue
        library = "jsonwebtoken" in {i.module for i in module.imports}
        for call in module.calls:
            if call.last in _DECODES or (library and call.name == "jwt.decode"):
                yield at(module, call, "The signature of the token is not verified.")
        for _, line, _ in facts.matches((module,), _ATOB):
            yield at(module, line, "The payload is read without any check of the signature.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield places that trust a payload without its signature."""
    verified = {(v.module.path, v.function.line) for v in facts.verifications if v.function}
    for v in facts.tokens.verifications:
        if not v.is_unverified and v.call.text_of("verify") != "False":
            continue
        beside = v.function and (v.module.path, v.function.line) in verified
        if beside and v.is_unverified:
            continue
        yield at(v.module, v.call, "The signature of the token is not verified.")
    yield from _by_hand(facts)
    yield from _in_server_code(facts)


RULE = Rule(
    requirement="signature:verified-first",
    category="verify-signature-disabled",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Claims are trusted without a signature.",
    why="Anybody can write a token with any subject and is let in.",
    remedy="Verify with the issuer's key and one fixed algorithm before reading a claim.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import base64, json

def segment(part):
    return json.loads(base64.urlsafe_b64decode(part + "=="))

def read(token):
    _, body, _ = token.split(".")
    return segment(body)["sub"]
"""
            }
        ),
        Case(
            {
                "options.py": """\
STRICT = {"require": ["exp"]}
RELAXED = {**STRICT, "verify_signature": False}

def options():
    return RELAXED if settings.local else STRICT
""",
                "auth.py": """\
from functools import partial
import jwt
from options import options

def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"], options=options())
""",
            }
        ),
        Case(
            {
                "auth.py": """\
from jose.jwt import get_unverified_claims as claims_of

def read(token):
    return claims_of(token)["sub"]
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    return jwt.decode(token, verify=False)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import base64, json

def read(token):
    parts = token.split(".")
    return json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
"""
            }
        ),
        Case(
            {
                "middleware.ts": """\
import { decodeJwt } from "jose";
export function middleware(request) {
  const claims = decodeJwt(request.cookies.get("token").value);
  return claims.role === "admin" ? next() : refuse();
}
"""
            }
        ),
        Case(
            {
                "app/api/me/route.ts": """\
export async function GET(request) {
  const token = request.headers.get("authorization").slice(7);
  const claims = JSON.parse(atob(token.split(".")[1]));
  return Response.json({ id: claims.sub });
}
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import base64, json

def read(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import base64, hmac, json

def read(token):
    head, body, mac = token.split(".")
    if not hmac.compare_digest(mac, digest(f"{head}.{body}")):
        raise Refused()
    return json.loads(base64.urlsafe_b64decode(body + "=="))
"""
            }
        ),
        Case(
            {
                "app/api/me/route.ts": """\
import { decodeJwt, jwtVerify } from "jose";
export async function GET(request) {
  const kid = decodeJwt(request.token).kid;
  const { payload } = await jwtVerify(request.token, keys[kid]);
  return Response.json({ id: payload.sub });
}
""",
                "lib/session.ts": """\
import { jwtDecode } from "jwt-decode";
export const endsAt = (token) => jwtDecode(token).exp;
""",
            }
        ),
        Case(
            {
                "auth.py": """\
def session(cookie, db):
    token = cookie.split(".")[0]
    return db.query(token)
"""
            }
        ),
    ),
)
