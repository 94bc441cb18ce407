import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._tokens import Verification

_READ: Final = re.compile(
    r"(?:payload|claims|decoded|token_data|data)(?:\.get\(\s*|\[\s*)[\"'](\w+)[\"']"
)
_SUBJECT: Final = frozenset({"sub", "user_id", "userId", "id", "uid"})


def _read_by(v: Verification) -> set[str]:
    return set(_READ.findall(v.body)) & _SUBJECT


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications that read a subject no issued token carries."""
    for v in facts.verifications:
        root = v.module.path.partition("/")[0]
        mints = [
            m
            for m in facts.tokens.mints
            if m.claims
            and (m.module.language == "script" or m.module.path.partition("/")[0] == root)
        ]
        if any("jwt" in s.plugins for s in facts.issuers.servers):
            continue
        issued = {c for m in mints for c in m.claims} & _SUBJECT
        read = _read_by(v)
        if (
            not issued
            or not read
            or read & issued
            or any(not (set(m.claims) & _SUBJECT) for m in mints)
        ):
            continue
        found = next(
            (n for n, t in enumerate(v.body.split("\n")) if _READ.search(t) and min(read) in t), 0
        )
        start = v.function.line if v.function else 1
        yield at(
            v.module,
            start + found,
            f"Reads {', '.join(sorted(read))}, but issued tokens carry {', '.join(sorted(issued))}.",
        )


RULE = Rule(
    requirement="token:subject",
    category="claim-name-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The verifier reads a claim that tokens do not carry.",
    why="Every token is refused, or the subject is None.",
    remedy="Put the user id into `sub` and read `sub`.",
    check=check,
    flagged=(
        Case(
            {
                "api/a.py": """\
import jwt

def make(user):
    return jwt.encode({"user_id": user}, K, algorithm="HS256")

def read(token):
    payload = jwt.decode(token, K, algorithms=["HS256"])
    return payload.get("sub")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/a.py": """\
import jwt

def make(user):
    return jwt.encode({"sub": user}, K, algorithm="HS256")

def read(token):
    payload = jwt.decode(token, K, algorithms=["HS256"])
    return payload.get("sub")
"""
            }
        ),
    ),
)
