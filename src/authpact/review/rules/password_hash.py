import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_HASHES: Final = lazy(
    r"\bhash\w*\(\s*password|password\w*\s*[=:]\s*\w*hash\w*\(|hashPassword", re.IGNORECASE
)
_SCRIPT: Final = lazy(r"createHash\(\s*[\"'](?:sha1|sha256|sha512|md5)[\"']\s*\)", re.IGNORECASE)
_PYTHON: Final = lazy(
    r"(?:hashlib\.new\(\s*[\"']\w+[\"']\s*,|(?<![\w.])(?:hashlib\.)?(?:sha1|sha256|sha512|md5)\()\s*(?:f?[\"'][^\n]*\{)?[^\n]*(?:password|passwd|pwd)",
    re.IGNORECASE,
)


_FAST: Final = lazy(
    r"CryptoJS\.(?:SHA\d+|MD5)\(\s*\w*(?:password|passwd|pwd)"
    r"|subtle\.digest\([^\n]*\b\w*(?:password|passwd|pwd)\w*",
    re.IGNORECASE,
)
_LISTED: Final = lazy(
    r"CryptContext\(\s*(?:schemes\s*=\s*)?\[\s*[\"'](?:md5_crypt|plaintext|hex_\w+|sha1_crypt|ldap_\w+)[\"']"
)


def _in_script(module: Module) -> Iterator[int]:
    yield from (line for line, _ in lines_matching(module.code, _FAST))
    for line, _ in lines_matching(module.code, _SCRIPT):
        around = "\n".join(module.lines[max(0, line - 4) : line + 3])
        if _HASHES.search(module.code) or re.search(r"password", around, re.IGNORECASE):
            yield line


def _in_python(module: Module) -> Iterator[int]:
    yield from (line for line, _ in lines_matching(module.code, _LISTED))
    for line, _ in lines_matching(module.code, _PYTHON):
        after = "\n".join(module.lines[line - 1 : line + 4])
        if not re.search(r"pbkdf2|bcrypt|argon2", after):
            yield line


def check(facts: Facts) -> Iterator[Hit]:
    """Yield the first password of each file that is hashed with a fast hash."""
    for module in facts.project.modules:
        if facts.is_left_behind(module) or not re.search(
            r"assw|pwd|PASSW|CryptContext", module.code
        ):
            continue
        found = _in_python(module) if module.language == "python" else _in_script(module)
        line = next(found, 0)
        if line:
            yield at(module, line, "Passwords are hashed with a fast hash.")


RULE = Rule(
    requirement="identity:no-second-login",
    category="weak-password-hash",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Passwords are stored under a fast hash.",
    why="A copy of the table gives most passwords away within hours.",
    remedy="Leave passwords to Better Auth (scrypt), or use argon2id.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from hashlib import sha256

def stored(password):
    return sha256(password.encode()).hexdigest()
"""
            }
        ),
        Case({"auth.py": 'password_hash = hashlib.new("sha256", password.encode()).hexdigest()\n'}),
        Case({"auth.py": 'context = CryptContext(schemes=["md5_crypt"], deprecated="auto")\n'}),
        Case({"auth.ts": "const stored = CryptoJS.SHA256(password).toString();\n"}),
        Case(
            {
                "auth.ts": """\
async function hashPassword(password) {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(password));
}
"""
            }
        ),
        Case(
            {
                "app/api/signup/route.ts": """\
const hashPassword = (password) => crypto.createHash("sha256").update(password).digest("hex");
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import hashlib

def hash_password(password):
    return hashlib.sha256(password.encode()).hexdigest()
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "Dockerfile": 'COPY api/ .\nCMD ["uvicorn", "main:app"]\n',
                "api/main.py": "app = FastAPI()\n",
                "old/main.py": "def keep(password):\n    return hashlib.sha256(password.encode()).hexdigest()\n",
            }
        ),
        Case(
            {
                "auth.py": 'context = CryptContext(schemes=["argon2", "bcrypt"], deprecated="auto")\n',
                "pkce.ts": """\
const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
""",
            }
        ),
        Case(
            {
                "auth.py": """\
import hashlib

def hash_password(password, salt):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600000)
"""
            }
        ),
    ),
)
