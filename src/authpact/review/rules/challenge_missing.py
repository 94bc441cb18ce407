import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mends import add_argument
from authpact.review._rule import Case, Hit, Rule, at

_CHALLENGE: Final = 'headers={"WWW-Authenticate": "Bearer"}'


def check(facts: Facts) -> Iterator[Hit]:
    """Yield 401 answers without a challenge, the first of each function."""
    seen: set[tuple[str, int]] = set()
    for module in facts.python:
        for call in module.called("HTTPException"):
            status = call.text_of("status_code", 0)
            if not re.search(r"\b401\b|HTTP_401", status) or call.get("headers", 2):
                continue
            function = module.function_of(call)
            if function is None or not re.search(
                r"token|credential|authori[sz]ation|cookie", function.text, re.IGNORECASE
            ):
                continue
            if (module.path, function.line) not in seen:
                seen.add((module.path, function.line))
                mend = add_argument(module, call, _CHALLENGE, safe=True)
                yield at(module, call, "This 401 carries no `WWW-Authenticate: Bearer`.", mend=mend)


RULE = Rule(
    requirement="error:unauthenticated",
    category="missing-www-authenticate",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A 401 is sent without a challenge.",
    why="RFC 6750 and RFC 9110 demand the header; clients read from it what to do.",
    remedy='Add `headers={"WWW-Authenticate": "Bearer"}`.',
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from fastapi import HTTPException

def read(token):
    raise HTTPException(status_code=401, detail="no")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
from fastapi import HTTPException

def read(token):
    raise HTTPException(status_code=401, detail="no", headers={"WWW-Authenticate": "Bearer"})
"""
            }
        ),
    ),
)
