import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_HASHES: Final = lazy(
    r"hash\w*pass|pass\w*hash|(?:encrypt|encode|protect)_?pass|hash_?pwd|pwd_?hash", re.IGNORECASE
)
_VERIFIES: Final = lazy(
    r"(?:verify|check|compare|match|valid\w*)_?(?:user_?)?(?:pass|pwd)", re.IGNORECASE
)
_PASSWORD: Final = lazy(r"pass|pwd|plain|secret", re.IGNORECASE)
_STORED: Final = lazy(r"hash|stored|encoded|saved|db_|expected|known", re.IGNORECASE)
_HARMLESS: Final = frozenset(
    [
        "encode",
        "decode",
        "b64encode",
        "b64decode",
        "urlsafe_b64encode",
        "btoa",
        "atob",
        "from",
        "toString",
        "hex",
        "str",
        "bool",
        "len",
        "strip",
        "lower",
        "upper",
        "split",
        "reverse",
        "reversed",
        "join",
        "format",
        "resolve",
        "compare_digest",
        "sleep",
        "info",
        "debug",
        "warning",
        "error",
        "print",
        "log",
    ]
)
_ANSWERS: Final = lazy(r"\breturn\s+([^\n;]+)|=>\s*(?!\{)([^\n;]+)")
_KEPT: Final = lazy(
    r"\b(?:password_?hash|hashed_?password|encrypted_password)\s*[=:]\s*(\w+\.password|password)\s*[,)\n}]",
    re.IGNORECASE,
)
_EMPTY: Final = lazy(r"NotImplemented|\braise\b|\bthrow\b")


def _only_dresses(module: Module, function: Function) -> bool:
    """Whether a function calls nothing that could turn a password into a hash."""
    calls = [c for c in module.calls_in(function) if c.line >= function.body_line]
    return all(c.last in _HARMLESS for c in calls)


def _hands_out(function: Function) -> bool:
    """Whether a function that is to hash a password answers with the password."""
    given = [p.name for p in function.parameters if _PASSWORD.search(p.name)]
    answers = [a or b for a, b in _ANSWERS.findall(function.text)]
    return bool(answers) and any(re.search(rf"\b{g}\b", a) for g in given for a in answers)


def _compares_plainly(function: Function) -> bool:
    """Whether the password is compared with what is stored as it is, or dressed up."""
    names = [p.name for p in function.parameters if p.name not in {"self", "cls"}]
    stored = [n for n in names if _STORED.search(n)]
    plain = [n for n in names if _PASSWORD.search(n) and n not in stored]
    for kept in stored:
        for given in plain:
            pair = rf"\b{kept}\b\s*===?\s*[^\n]*\b{given}\b|\b{given}\b[^\n]*===?\s*{kept}\b"
            if re.search(pair, function.text.partition(")")[2]):
                return True
    return False


def _in_functions(module: Module) -> Iterator[Hit]:
    for function in module.functions:
        hashes, verifies = _HASHES.search(function.name), _VERIFIES.search(function.name)
        if not (hashes or verifies) or _EMPTY.search(function.text):
            continue
        if not _only_dresses(module, function):
            continue
        if verifies and _compares_plainly(function):
            yield at(module, function, "The password is compared with what is stored as it is.")
        elif hashes and not verifies and _hands_out(function):
            yield at(module, function, "The password comes back readable: nothing hashes it.")


def _kept(module: Module) -> Iterator[Hit]:
    """Yield columns for a hash that are given the password of a request."""
    for function in module.functions:
        found = _KEPT.search(function.text)
        if found is None:
            continue
        before = function.text[: found.start()]
        if re.search(
            rf"\b{re.escape(found[1])}\s*=(?!=)|hash\w*\(\s*{re.escape(found[1])}", before
        ):
            continue
        if re.search(r"\b(?:def|function)\s+\w+\([^)]*$", before):
            continue
        line = function.line + before.count("\n")
        yield at(module, line, "The column for the hash is given the password itself.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield passwords that are kept readable, though the code speaks of a hash."""
    for module in facts.project.modules:
        if facts.is_left_behind(module) or not re.search(r"pass|pwd", module.code, re.IGNORECASE):
            continue
        yield from _in_functions(module)
        yield from _kept(module)


RULE = Rule(
    requirement="identity:no-second-login",
    category="weak-password-hash",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Passwords are stored readable.",
    why="The function is called a hash and is none: a copy of the table is a list of passwords.",
    remedy="Leave passwords to Better Auth (scrypt), or use argon2id.",
    check=check,
    flagged=(
        Case({"auth.py": 'def hash_password(password: str) -> str:\n    return f"h${password}"\n'}),
        Case(
            {
                "auth.py": """\
class Passwords:
    def check_password(self, plain: str, stored_password: str) -> bool:
        return stored_password == plain
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import base64

def encode_password(raw_password):
    return base64.b64encode(raw_password.encode()).decode()
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
export function hashPassword(password: string) {
  return btoa(password);
}
"""
            }
        ),
        Case(
            {
                "people.py": """\
def sign_up(data, db):
    db.add(Person(mail=data.mail, hashed_password=data.password))
    db.commit()
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def hash_password(password: str) -> str:
    return hasher.hash(password)

def verify_password(plain: str, hashed: str) -> bool:
    return hash_password(plain) == hashed

def validate_password(password: str) -> str:
    if len(password) < 12:
        raise ValueError("short")
    return password

def passwords_match(password: str, repeated: str) -> bool:
    return password == repeated
"""
            }
        ),
        Case(
            {
                "people.py": """\
def sign_up(data, db):
    data.password = hasher.hash(data.password)
    db.add(Person(mail=data.mail, hashed_password=data.password))
    db.commit()
"""
            }
        ),
        Case(
            {"auth.ts": "export const hashPassword = (password: string) => hash(password, 12);\n"}
        ),
    ),
)
