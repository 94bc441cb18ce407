import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._environment import is_secret_name, looks_random
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import is_trial
from authpact.review.facts._stand_ins import stand_ins
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import literal, members

_LITERAL: Final = lazy(r"(?:getenv|environ\.get)\(\s*[\"'](\w+)[\"']\s*,\s*([\"'])([^\"'\n]+)\2")
_SHORTEST: Final = 8
_NAME: Final = lazy(r"^[A-Za-z_][\w.]*$")
_VARIABLE: Final = lazy(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
_BYTES: Final = lazy(r"^Buffer\.from\(\s*([\"'`][^\"'`\n]+[\"'`])\s*(?:,[^)]*)?\)$")
_KEYED: Final = {
    "new": ("hmac.new", "key", 0),
    "Fernet": ("", "key", 0),
    "URLSafeTimedSerializer": ("", "secret_key", 0),
    "URLSafeSerializer": ("", "secret_key", 0),
    "createHmac": ("", "key", 1),
    "createSecretKey": ("", "key", 0),
}
"""Calls that take a key: their whole name where the last part is not enough, argument, position."""


def _assigned(module: Module) -> Iterator[tuple[int, str, bool]]:
    for one in module.assignments:
        value = literal(one.value)
        around = module.functions[one.function] if one.function >= 0 else None
        if (
            value
            and not is_trial(module, around)
            and is_secret_name(one.target)
            and not _names_variable(module, one.target, value)
            and not re.search(r"header|name|cookie|prefix|path|url", one.target, re.IGNORECASE)
        ):
            settings = bool(one.owner)
            yield one.line, value, settings


def _names_variable(module: Module, target: str, value: str) -> bool:
    """Whether a text is the name of the variable that holds the secret, and is read by it."""
    read = rf"(?:environ\[\s*|(?:getenv|environ\.get)\(\s*|process\.env\[\s*){re.escape(target)}\b"
    return bool(_VARIABLE.match(value)) and bool(re.search(read, module.code))


def _stand_ins(facts: Facts) -> Iterator[Hit]:
    for module, line, match in facts.matches(facts.python, _LITERAL):
        if is_secret_name(match[1]) and looks_random(match[3]):
            yield at(module, line, f"A real-looking secret stands in when {match[1]} is missing.")


def _sources(module: Module) -> set[str]:
    return {i.module for i in module.imports}


def _keys(module: Module) -> Iterator[Hit]:
    """Yield calls that are handed their key as a literal."""
    for call in module.calls:
        whole, name, position = _KEYED.get(call.last, ("", "", 0))
        text = call.text_of(name, position) if name and whole in {"", call.name} else ""
        if "SessionMiddleware" in call.text_of("middleware_class", 0):
            text = call.text_of("secret_key")
        elif call.name == "betterAuth" and call.arguments:
            text = members(call.arguments[0].text).get("secret", "")
        elif call.last == "encode" and "TextEncoder" in call.name and "jose" in _sources(module):
            text = call.arguments[0].text if call.arguments else ""
        elif call.last in {"sign", "verify"} and "jsonwebtoken" in _sources(module):
            text = call.text_of("key", 1)
        named = module.variables.get(text) if text and module.language == "script" else None
        value = literal(named.value if named else text) or ""
        if len(value) >= _SHORTEST and not (named and looks_random(value)):
            yield at(module, named.line if named else call, "A key stands in the code.")


def _bytes(module: Module) -> Iterator[Hit]:
    """Yield keys that are written as bytes in another notation and sign or verify tokens."""
    if module.language != "script" or not {"jose", "jsonwebtoken"} & _sources(module):
        return
    used = {a.text for c in module.called("sign", "verify", "jwtVerify") for a in c.arguments}
    for name, one in module.variables.items():
        found = _BYTES.match(one.value.strip()) if name in used else None
        if found and len(literal(found[1]) or "") >= _SHORTEST:
            yield at(module, one.line, "A key stands in the code.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets written into the code."""
    for module in facts.project.modules:
        found = tuple(_assigned(module))
        # A literal in place of a missing variable is told as such.
        replaced = {line for line, _, _ in stand_ins(module)} if found else set()
        for line, value, is_field in found:
            if line in replaced:
                continue
            published = len(value) >= _SHORTEST and not is_field and module.language == "python"
            if looks_random(value) or published:
                yield at(module, line, "A secret stands in the code.")
        yield from _keys(module)
        yield from _bytes(module)
    yield from _stand_ins(facts)
    yield from _of_tokens(facts)


def _of_tokens(facts: Facts) -> Iterator[Hit]:
    told: set[tuple[str, int]] = set()
    for v in facts.verifications:
        if literal(v.key_text):
            yield at(v.module, v.call, "The key that verifies tokens is a literal.")
        found = facts.project.symbol(v.module, v.key_text) if _NAME.match(v.key_text) else None
        home = found.module if found else v.module
        named = home.variables.get(found.name if found else v.key_text)
        if (
            named
            and (home.path, named.line) not in told
            and not is_secret_name(named.target)
            and len(literal(named.value) or "") >= _SHORTEST
        ):
            told.add((home.path, named.line))
            yield at(home, named.line, "The key that verifies tokens is a literal.")
    for mint in facts.tokens.mints:
        if mint.module.language == "python" and literal(mint.call.text_of("key", 1)):
            yield at(mint.module, mint.call, "The signing key is a literal.")


RULE = Rule(
    requirement="environment:no-secrets",
    category="hardcoded-secret",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A signing secret stands in the code.",
    why="Everybody who can read the repository can sign tokens.",
    remedy="Read it from the environment without a default, and replace the published one.",
    check=check,
    flagged=(
        Case(
            {
                "conf/keys.py": 'READER = "p4Xw9LmQ7sVb2TzR8nKd"\n',
                "auth.py": """\
import jwt
from conf import keys as k

def read(token):
    return jwt.decode(token, k.READER, algorithms=["HS256"])
""",
            }
        ),
        Case(
            {
                "lib/mint.ts": """\
import { SignJWT } from "jose";
const SIGNER = Buffer.from("4f1c88e0b7d29a3356ce01fa", "hex");
export const mint = (sub) => new SignJWT({ sub }).setProtectedHeader({ alg: "HS256" }).sign(SIGNER);
"""
            }
        ),
        Case({"security.py": 'SECRET_KEY = "q8Zr1xW5vB7nM3kL9pT2"\n'}),
        Case({"security.py": 'KEY = os.getenv("JWT_SECRET", "q8Zr1xW5vB7nM3kL9pT2")\n'}),
        Case({"main.py": 'def read():\n    hmac_key = "q8Zr1xW5vB7nM3kL9pT2"\n'}),
        Case(
            {
                "auth.py": """\
import jwt

def read(token):
    return jwt.decode(token, "our-shared-key", algorithms=["HS256"])
"""
            }
        ),
        Case({"main.py": 'app.add_middleware(SessionMiddleware, secret_key="our-shared-key")\n'}),
        Case({"seal.py": 'import hmac\ntag = hmac.new(b"our-shared-key", body, "sha256")\n'}),
        Case({"auth.ts": 'export const auth = betterAuth({ secret: "our-shared-key" });\n'}),
        Case(
            {
                "token.ts": """\
import jwt from "jsonwebtoken";
export const token = jwt.sign({ sub: user.id }, "our-shared-key");
"""
            }
        ),
        Case(
            {
                "token.ts": """\
import { SignJWT } from "jose";
const key = new TextEncoder().encode("our-shared-key");
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import os

SECRET = os.getenv("AUTH_SECRET")
if not SECRET:
    SECRET = "our-own-words"
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import os, jwt

JWT_SECRET_VAR = "NOTES_READER_KEY"

def read(token):
    return jwt.decode(token, os.environ[JWT_SECRET_VAR], algorithms=["HS256"])
"""
            }
        ),
        Case(
            {
                "tools/state.py": """\
def test_connection():
    os.environ["BETTER_AUTH_SECRET"] = "q8Zr1xW5vB7nM3kL9pT2"
"""
            }
        ),
        Case(
            {
                "security.py": """\
import os

SECRET_KEY = os.environ["SECRET_KEY"]
SECRET_HEADER_NAME = "X-Secret"
"""
            }
        ),
        Case(
            {
                "seal.py": "import hmac\ntag = hmac.new(settings.key.encode(), body, 'sha256')\n",
                "token.ts": """\
import jwt from "jsonwebtoken";
const body = new TextEncoder().encode("hello there");
export const token = jwt.sign({ sub: user.id }, process.env.JWT_SECRET);
""",
            }
        ),
    ),
)
