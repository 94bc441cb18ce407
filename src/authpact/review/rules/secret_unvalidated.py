import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._environment import is_secret_name
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_BLANK: Final = lazy(r"^os\.(?:getenv|environ\.get)\(\s*[\"']\w+[\"']\s*,\s*(?:\"\"|'')\s*\)$")
_PLAIN: Final = lazy(r"^os\.(?:getenv|environ\.get)\(\s*[\"']\w+[\"']\s*\)$")


_ENCODED: Final = lazy(
    r"TextEncoder\(\)\.encode\(\s*(?:process\.env\.(\w+)!?|(\w+)!?)(?:\s+as\s+string)?\s*\)"
)
_KEY_FIELD: Final = lazy(
    r"^(?:\w+_)?(?:JWT_PUBLIC_KEY|JWT_KEY|JWT_SECRET\w*|BETTER_AUTH_SECRET|AUTH_SECRET|SECRET_KEY)$",
    re.IGNORECASE,
)
_AT_START: Final = r"lifespan|start|^_*init|create_app|get_settings|(?:check|validate)_(?:\w+_)?(?:settings|config|env)"
_EMPTY: Final = lazy(r"^(?:\"\"|''|None|Field\(\s*(?:default\s*=\s*)?(?:\"\"|''|None)\s*[,)].*)$")


def _is_checked(code: str, name: str) -> bool:
    """Whether the code refuses to go on without a value."""
    looked = rf"(?:if\s*\(?\s*!|\bnot\s+)\s*(?:[\w.]+\.)?{name}\b|{name}\s+is\s+None|{name}\s*(?:\?\?|\|\|)"
    return bool(re.search(looked, code))


def _encoded(facts: Facts) -> Iterator[Hit]:
    """Yield keys made from a variable that may be missing: `encode(undefined)` is an empty key.

    A library for tokens refuses an empty key by itself; a bare HMAC takes it.
    """
    for module in facts.scripts:
        if "createHmac(" not in module.code or re.search(r"SignJWT|jwtVerify", module.code):
            continue
        for line, match in lines_matching(module.code, _ENCODED):
            variable, name = match[1], match[2]
            if name:
                found = next((a for a in module.assignments if a.target == name), None)
                read = re.match(r"^process\.env\.(\w+)!?$", found.value.strip()) if found else None
                variable = read[1] if read else ""
            if not variable or not is_secret_name(variable):
                continue
            if not _is_checked(module.code, name or variable) and not _is_checked(
                module.code, variable
            ):
                yield at(module, line, f"{variable} may be missing: the key is empty then.")


def _fields(facts: Facts) -> Iterator[Hit]:
    """Yield settings of a key that are empty by default and that nothing checks at start."""
    for module in facts.python:
        for one in module.assignments:
            setting = one.owner and one.annotation and one.function < 0
            if not setting or not _KEY_FIELD.match(one.target) or not _EMPTY.match(one.value):
                continue
            used = [m for m in facts.python if re.search(rf"\.{one.target}\b", m.code)]
            validated = re.search(
                rf"validator\([^)]*{one.target}|model_validator|__post_init__", module.code
            )
            at_start = any(_refused_at_start(m, one.target) for m in (*used, module))
            other = re.search(rf"\bself\.{one.target}\b", module.code)
            if used and not other and not validated and not at_start:
                yield at(
                    module, one.line, f"{one.target} may be empty: nothing checks it at start."
                )


def _refused_at_start(module: Module, name: str) -> bool:
    """Whether code outside of a request, or a start hook, looks at a setting."""
    for line, _ in lines_matching(module.code, re.compile(rf"\bif\b[^\n]*\b{name}\b")):
        around = [f for f in module.functions if f.line <= line <= f.end_line]
        if not around or re.search(_AT_START, around[0].name):
            return True
    return False


def _read_late(facts: Facts) -> Iterator[Hit]:
    """Yield signing secrets that may be None when the first token comes."""
    for v in facts.verifications:
        variable = v.module.variables.get(v.key_text)
        if variable is not None and _BLANK.match(variable.value):
            if is_secret_name(v.key_text) and not _refused_at_start(v.module, v.key_text):
                yield at(v.module, variable.line, f"{v.key_text} may be empty until a token comes.")
            continue
        if variable is None or not _PLAIN.match(variable.value):
            continue
        if re.search(
            rf"(?:if\s+not\s+{v.key_text}|{v.key_text}\s+is\s+None|assert\s+{v.key_text})",
            v.module.code,
        ):
            continue
        yield at(v.module, variable.line, f"{v.key_text} may be None: nothing checks it at start.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield keys of which nobody knows at start whether they are there."""
    yield from _read_late(facts)
    yield from _encoded(facts)
    yield from _fields(facts)


RULE = Rule(
    requirement="key:no-example-values",
    category="secret-not-validated",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A missing secret is noticed at the first request only.",
    why="The application starts without a key and answers server errors, or worse, checks with none.",
    remedy='Read it with `os.environ["…"]`, or raise at start when it is missing.',
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
import os
import jwt

SECRET = os.getenv("JWT_SECRET", "")

def read(token):
    if not SECRET:
        raise HTTPException(500)
    return jwt.decode(token, SECRET, algorithms=["HS256"])
"""
            }
        ),
        Case(
            {
                "route.ts": """\
import { createHmac } from "node:crypto";
export async function GET(request) {
  const key = new TextEncoder().encode(process.env.BETTER_AUTH_SECRET);
  return createHmac("sha256", key).update(request.url).digest("hex");
}
"""
            }
        ),
        Case(
            {
                "config.py": """\
class Settings(BaseSettings):
    JWT_PUBLIC_KEY: str = ""
""",
                "auth.py": """\
def read(token):
    if not settings.JWT_PUBLIC_KEY:
        raise HTTPException(500)
    return jwt.decode(token, settings.JWT_PUBLIC_KEY, algorithms=["RS256"])
""",
            }
        ),
        Case(
            {
                "auth.py": """\
import os, jwt

KEY = os.getenv("SECRET")

def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
import os
import jwt

SECRET = os.getenv("JWT_SECRET", "")
if not SECRET:
    raise RuntimeError("JWT_SECRET is missing")

def read(token):
    return jwt.decode(token, SECRET, algorithms=["HS256"])
"""
            }
        ),
        Case(
            {
                "route.ts": """\
import { SignJWT } from "jose";
export async function GET() {
  const key = new TextEncoder().encode(process.env.BETTER_AUTH_SECRET);
  return new SignJWT({}).sign(key);
}
"""
            }
        ),
        Case(
            {
                "route.ts": """\
import { SignJWT } from "jose";
const secret = process.env.BETTER_AUTH_SECRET;
if (!secret) throw new Error("BETTER_AUTH_SECRET is missing");
const key = new TextEncoder().encode(secret);
export const token = () => new SignJWT({}).sign(key);
""",
                "config.py": """\
class Settings(BaseSettings):
    JWT_SECRET: str = ""

settings = Settings()
if not settings.JWT_SECRET:
    raise ValueError("JWT_SECRET is missing")
""",
            }
        ),
        Case(
            {
                "auth.py": """\
import os, jwt

KEY = os.getenv("SECRET")
if not KEY:
    raise ValueError("SECRET is missing")

def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
            }
        ),
    ),
)
