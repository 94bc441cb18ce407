import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at

_COMPARES: Final = re.compile(
    r"if\s+(?:str\()?[\w.\[\]\"']*(?:user_id|user\.id|\bid|sub)[\w.\[\]\"']*\)?\s*!=\s*(?:str\()?[\w.\[\]\"']*(?:user|sub|id)[\w.\[\]\"']*\)?\s*:"
    r"\s*(?:\n\s+[^\n]*){0,2}?raise\s+HTTPException\(\s*(?:status_code\s*=\s*)?(?:401|status\.HTTP_401_UNAUTHORIZED)"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield comparisons of two users that answer 401."""
    for module, line, found in facts.matches(facts.python, _COMPARES):
        answer = found[0].replace("401_UNAUTHORIZED", "403_FORBIDDEN").replace("401", "403")
        mend = swap(module.text, line, found[0], answer)
        yield at(module, line, "A foreign user id is answered with 401 instead of 403.", mend=mend)


RULE = Rule(
    requirement="error:forbidden",
    category="inconsistent-401-403",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A valid token without the right gets 401.",
    why="401 tells the client that its session is over, so it signs the user out.",
    remedy="Answer 403 when the token is good but the path names somebody else.",
    check=check,
    flagged=(
        Case(
            {
                "api.py": """\
def read(user_id, user):
    if user_id != user["id"]:
        raise HTTPException(status_code=401, detail="no")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api.py": """\
def read(user_id, user):
    if user_id != user["id"]:
        raise HTTPException(status_code=403, detail="no")
"""
            }
        ),
    ),
)
