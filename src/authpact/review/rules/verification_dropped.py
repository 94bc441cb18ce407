import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy

_ANSWERS: Final = lazy(
    r"^(?:bcrypt\.checkpw|checkpw|check_password_hash|check_password|verify_password|verifyPassword"
    r"|bcrypt\.compare(?:Sync)?|(?:\w+\.)*verify)$"
)
_BOOLEAN: Final = lazy(r"CryptContext\(|PasswordHash\(|bcrypt|pbkdf2_sha256|sha256_crypt|scrypt")
_DUMMY: Final = lazy(r"dummy|fake|decoy|(?-i:\b[A-Z][A-Z0-9_]{3,}\b)", re.IGNORECASE)
_GOES_ON: Final = lazy(r"(?:[=(\[{,\\?:&|]|\b(?:and|or|not|return|await|if))\s*$")


def _is_statement(module: Module, call: Call) -> bool:
    """Whether nothing looks at the answer of a call."""
    line = module.lines[call.line - 1].strip()
    if not re.match(rf"(?:await\s+)?{re.escape(call.name)}\s*\(", line):
        return False
    last = module.lines[call.end_line - 1].strip()
    if not re.search(r"\)\s*;?$", last):
        return False
    before = next((t.rstrip() for t in reversed(module.lines[: call.line - 1]) if t.strip()), "")
    block = re.match(r"\s*(?:if|else|elif|try|with|async|def|for|while)\b", before)
    return bool(block) or not _GOES_ON.search(before.removesuffix("{") if "{" in before else before)


def _answers_only(facts: Facts, module: Module, call: Call) -> bool:
    """Whether a verification tells by its value, and raises nothing."""
    owner, _, last = call.name.rpartition(".")
    known = facts.project.function(module, call.name)
    if known is not None:
        return not re.search(r"\braise\b|\bthrow\b", known[1].text)
    if last != "verify":
        return True
    label = owner.rpartition(".")[2]
    symbol = facts.project.symbol(module, owner)
    home, name = (symbol.module, symbol.name) if symbol else (module, label)
    values = [a.value for a in home.assignments if a.target.rpartition(".")[2] == name]
    return any(_BOOLEAN.search(v) for v in values) or label in {"pbkdf2_sha256", "bcrypt"}


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications of passwords whose answer is dropped."""
    for module in facts.project.modules:
        for call in module.calls:
            if not _ANSWERS.match(call.name) or len(call.arguments) != len("ab"):
                continue
            dummy = any(_DUMMY.search(a.text) for a in call.arguments[1:])
            if dummy or not re.search(r"pass|pwd|secret|plain", call.arguments[0].text):
                continue
            if _is_statement(module, call) and _answers_only(facts, module, call):
                yield at(module, call, f"Nothing looks at the answer of `{call.last}`.")


RULE = Rule(
    requirement="identity:credentials-refused",
    category="credentials-not-verified",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="The answer of a password check is dropped.",
    why="It says whether the password fits; nobody listens, so every password does.",
    remedy="Refuse the sign-in when the check answers false.",
    check=check,
    flagged=(
        Case(
            {
                "people.py": """\
import bcrypt

def log_in(person, password: str):
    if person is None:
        return None
    bcrypt.checkpw(password.encode(), person.hash)
    return person
"""
            }
        ),
        Case(
            {
                "lib/people.ts": """\
export async function logIn(person, password) {
  await bcrypt.compare(password, person.hash);
  return person;
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "people.py": """\
from argon2 import PasswordHasher

hasher = PasswordHasher()

def log_in(person, password: str):
    if person is None:
        pwd_context.verify(password, DUMMY_HASH)
        return None
    fits = (
        checkpw(password.encode(), person.other)
    )
    hasher.verify(password, person.hash)
    return person if fits else None
"""
            }
        ),
    ),
)
