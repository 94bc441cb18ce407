from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_THREE: Final = lazy(
    r"\w+\s*,\s*\w+\s*,\s*\w+\s*=\s*[^\n=]*split\(\s*[\"']\.[\"']|len\(\w+\)\s*[!=]=\s*3\b"
)
_CHECKS: Final = lazy(r"compare_digest|(?:^|\.)verify(?:_signature)?$")
_PAYLOAD: Final = lazy(r"\bjson\.loads\(|\bloads\(|\bmodel_validate_json\(")
_LOOKED_AT: Final = lazy(
    r"(?:\.get\(|\[)\s*[\"']exp[\"']|\.exp\b|[\"']exp[\"']\s+(?:not\s+)?in\b|\bvalidate_claims\("
)
_COMPACT: Final = frozenset({"compactVerify", "flattenedVerify", "generalVerify"})
_USED: Final = lazy(r"\.(?:sub|userId|user_id|email)\b|\bpayload\b")


def _by_hand(facts: Facts) -> Iterator[Hit]:
    """Yield functions that take a token apart, check its signature and hand the claims out."""
    for module in facts.python:
        if ".split(" not in module.code or _LOOKED_AT.search(module.code):
            continue
        for function in module.functions:
            text = function.text
            if not (_THREE.search(text) and _PAYLOAD.search(text)) or "return" not in text:
                continue
            checks = [c for c in module.calls_in(function) if _CHECKS.search(c.name)]
            inner = any(
                f.line > function.line and f.end_line <= function.end_line and _THREE.search(f.text)
                for f in module.functions
            )
            if checks and not inner:
                yield at(module, checks[0], "The token's signature is checked, its end is not.")


def _compact(facts: Facts) -> Iterator[Hit]:
    """Yield scripts that verify with a function of `jose` that knows no claims."""
    for module in facts.scripts:
        for call in module.called(*_COMPACT):
            known = module.imported.get(call.name.partition(".")[0])
            of_jose = known is not None and known.module == "jose"
            if of_jose and not _LOOKED_AT.search(module.code) and _USED.search(module.code):
                yield at(module, call, f"`{call.last}` checks no claim: expired tokens pass.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications written by hand that never look at `exp`."""
    yield from _by_hand(facts)
    yield from _compact(facts)


RULE = Rule(
    requirement="token:expiry",
    category="exp-not-checked",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A verification written by hand forgets the expiry.",
    why="The signature of a token stays right for ever: one that leaked once works for ever.",
    remedy="Let a library verify the whole token, or refuse claims whose `exp` is absent or past.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import base64, json

def read(token, key):
    head, body, seal = token.split(".")
    key.verify(decoded(seal), f"{head}.{body}".encode())
    return json.loads(decoded(body))
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import hmac, json

def read(token):
    parts = token.split(".")
    if len(parts) != 3:
        return None
    wanted = hmac.new(KEY, f"{parts[0]}.{parts[1]}".encode(), "sha256").digest()
    if not hmac.compare_digest(wanted, decoded(parts[2])):
        return None
    return json.loads(decoded(parts[1]))
"""
            }
        ),
        Case(
            {
                "token.ts": """\
import { compactVerify } from "jose";
export async function read(token, key) {
  const { payload } = await compactVerify(token, key);
  return JSON.parse(new TextDecoder().decode(payload));
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import json, time

def read(token, key):
    head, body, seal = token.split(".")
    key.verify(decoded(seal), f"{head}.{body}".encode())
    claims = json.loads(decoded(body))
    return claims if claims.get("exp", 0) > time.time() else None
"""
            }
        ),
        Case(
            {
                "cookie.py": """\
import hmac

def session(cookie):
    token, _, seal = cookie.rpartition(".")
    return token if hmac.compare_digest(seal, sealed(token)) else None
"""
            }
        ),
        Case(
            {
                "token.ts": """\
import { jwtVerify } from "jose";
export const read = async (token, key) => (await jwtVerify(token, key)).payload;
"""
            }
        ),
    ),
)
