import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_BY_HAND: Final = lazy(
    r"b64decode\(\s*[^\n]*(?:payload|parts\[1\]|split\(\s*[\"']\.[\"']\s*\)\[1\])"
)


def _through_helpers(facts: Facts) -> Iterator[Hit]:
    """Yield handlers of a failed verification that read the token by hand, or call who does."""
    strong = {(v.module.path, v.function.name) for v in facts.verifications if v.function}
    weak = {
        (v.module.path, v.function.name)
        for v in facts.tokens.verifications
        if v.is_unverified and v.function and "header" not in v.call.last
    } - strong
    for module in facts.python:
        for handler in module.handlers:
            function = module.functions[handler.function] if handler.function >= 0 else None
            if function is None:
                continue
            calls = module.calls_in(function)
            known = [(c, facts.project.function(module, c.name)) for c in calls]
            named = [(c, (f[0].path, f[1].name)) for c, f in known if f]
            before = (module.path, function.name) in strong or any(
                n in strong and c.line < handler.line for c, n in named
            )
            inside = [
                c for c, n in named if n in weak and handler.line <= c.line <= handler.end_line
            ]
            if before and (inside or _BY_HAND.search(handler.text)):
                place = inside[0].line if inside else handler.line
                yield at(module, place, "When verification fails, the token is read unverified.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield functions that fall back to a weaker check."""
    verified = {(v.module.path, v.function.line) for v in facts.verifications if v.function}
    for v in facts.tokens.verifications:
        if not v.is_unverified or v.function is None:
            continue
        if (v.module.path, v.function.line) in verified and not re.search(r"header", v.call.last):
            after = any(h.line <= v.call.line <= h.end_line for h in v.module.handlers)
            line = v.module.lines[v.call.line - 1].strip()
            if after or re.match(r"return\b(?!.*[\[.](?:get\()?[\"'](?:kid|iss|alg)\b)", line):
                yield at(v.module, v.call, "When verification fails, the token is read unverified.")
    yield from _through_helpers(facts)


RULE = Rule(
    requirement="error:fail-closed",
    category="verification-downgrade",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A weaker check is used when the strong one fails.",
    why="An attacker only has to make the strong check fail.",
    remedy="Refuse with 401 when verification fails; there is no second try.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from jose import jwt

def read(token, keys):
    key = keys.get(jwt.get_unverified_header(token).get("kid"))
    if key is None:
        return jwt.get_unverified_claims(token)
    return jwt.decode(token, key, algorithms=["ES256"])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def verified(token, key):
    return jwt.decode(token, key, algorithms=["HS256"])

def peek(token):
    return jwt.decode(token, options={"verify_signature": False})

def current(token, key):
    try:
        return verified(token, key)
    except jwt.PyJWTError:
        return peek(token)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import base64, json, jwt

def read(token, key):
    try:
        return jwt.decode(token, key, algorithms=["HS256"])
    except jwt.PyJWTError:
        return json.loads(base64.urlsafe_b64decode(token.split(".")[1]))
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    try:
        return jwt.decode(token, key, algorithms=["HS256"])
    except jwt.PyJWTError:
        return jwt.decode(token, options={"verify_signature": False})
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import jwt

def verified(token, key):
    return jwt.decode(token, key, algorithms=["HS256"])

def peek(token):
    return jwt.decode(token, options={"verify_signature": False})

def current(token, key):
    log.debug(peek(token)["iss"])
    try:
        return verified(token, key)
    except jwt.PyJWTError:
        raise HTTPException(401)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    try:
        return jwt.decode(token, key, algorithms=["HS256"])
    except jwt.PyJWTError:
        return None
"""
            }
        ),
    ),
)
