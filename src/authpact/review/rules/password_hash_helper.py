import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import number

_FAST: Final = lazy(
    r"createHash\(\s*[\"'](?:sha1|sha256|sha512|md5)[\"']|(?<![\w.])(?:hashlib\.)?(?:sha1|sha256|sha512|md5|blake2[bs])\("
    r"|hashlib\.new\(",
    re.IGNORECASE,
)
_SLOW: Final = lazy(r"pbkdf2|bcrypt|argon2|scrypt|hmac|pwned|range/", re.IGNORECASE)
_PASSWORD: Final = lazy(
    r"^(?:\w+\.)*(?:new_?|raw_?|plain_?)?(?:password|passwd|pwd)(?:\.encode\([^)]*\))?$",
    re.IGNORECASE,
)
_FEW: Final = 10_000
_ROUNDS: Final = {"pbkdf2_hmac": ("iterations", 3), "pbkdf2Sync": ("", 2), "pbkdf2": ("", 2)}


def _fast_in(function: Function) -> int:
    """Return the line of a function on which its parameter goes through a fast hash."""
    found = _FAST.search(function.text)
    if found is None or _SLOW.search(function.text) or not function.parameters:
        return 0
    names = "|".join(re.escape(p.name) for p in function.parameters)
    if not re.search(
        rf"(?:\(|update\()\s*(?:f[\"'].*\{{)?(?:{names})\b", function.text[found.start() :]
    ):
        return 0
    return function.line + function.text.count("\n", 0, found.start())


def _value(facts: Facts, module: Module, text: str) -> float | None:
    """Return a number that is written out, or that a constant holds."""
    if re.fullmatch(r"[A-Za-z_][\w.]*", text.strip()):
        found = facts.project.symbol(module, text.strip())
        constant = found.module.variables.get(found.name) if found else None
        text = constant.value if constant is not None else ""
    return number(text)


def _is_quick(facts: Facts, module: Module, call: Call) -> bool:
    """Whether a slow hash is given so few rounds that it is a fast one."""
    name, position = _ROUNDS[call.last]
    rounds = _value(facts, module, call.text_of(name, position))
    given = call.arguments[1 if call.last == "pbkdf2_hmac" else 0].text if call.arguments else ""
    about = re.search(r"pass|pwd|secret", given, re.IGNORECASE)
    return rounds is not None and rounds < _FEW and bool(about)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield helpers with a fast hash that are given passwords, and hashes with few rounds."""
    told = set[tuple[str, int]]()
    for module in facts.project.modules:
        if facts.is_left_behind(module):
            continue
        for call in module.calls:
            if call.last in _ROUNDS and len(call.arguments) > 1 and _is_quick(facts, module, call):
                yield at(module, call, "The password hash has too few rounds.", Severity.MEDIUM)
            if not any(_PASSWORD.match(a.text.strip()) for a in call.arguments):
                continue
            found = facts.project.callee(module, call)
            line = _fast_in(found[1]) if found and not re.search("assw|pwd", found[1].text) else 0
            if found and line and (found[0].path, line) not in told:
                told.add((found[0].path, line))
                yield at(found[0], line, "Passwords are hashed with a fast hash.")


RULE = Rule(
    requirement="identity:no-second-login",
    category="weak-password-hash",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A helper hashes passwords quickly.",
    why="A copy of the table gives most passwords away within hours.",
    remedy="Leave passwords to Better Auth (scrypt), or use argon2id.",
    check=check,
    flagged=(
        Case(
            {
                "digests.py": """\
from hashlib import sha512

def digest(text: str) -> str:
    return sha512(text.encode()).hexdigest()
""",
                "people.py": """\
from digests import digest

def enrol(form):
    save(form.email, digest(form.password))
""",
            }
        ),
        Case(
            {
                "people.py": """\
from hashlib import pbkdf2_hmac

ROUNDS = 1_000

def stored(password, salt):
    return pbkdf2_hmac("sha256", password.encode(), salt, iterations=ROUNDS)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "digests.py": """\
from hashlib import sha512, pbkdf2_hmac

def digest(text: str) -> str:
    return sha512(text.encode()).hexdigest()

def slow(text: str, salt: bytes) -> bytes:
    return pbkdf2_hmac("sha256", text.encode(), salt, 600_000)
""",
                "people.py": """\
from digests import digest, slow

def enrol(form):
    save(digest(form.api_key), slow(form.password, salt()))
""",
            }
        ),
    ),
)
