from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

_COMPARES: Final = lazy(
    r"if\s+(?:str\()?[\w.\[\]\"']*(?:user_id|user\.id|\bid|sub)[\w.\[\]\"']*\)?\s*!=\s*(?:str\()?[\w.\[\]\"']*(?:user|sub|id)[\w.\[\]\"']*\)?\s*:"
    r"\s*(?:\n\s+[^\n]*){0,2}?raise\s+HTTPException\(\s*(?:status_code\s*=\s*)?(?:401|status\.HTTP_401_UNAUTHORIZED)"
)


_SIDE: Final = r"(?:str\(\s*)?([A-Za-z_]\w*)[\w.\[\]\"']*\)?"
_DIFFER: Final = lazy(
    rf"if\s+(?:not\s*\(?)?{_SIDE}\s*(?:!=|==)\s*{_SIDE}\)?\s*:"
    r"\s*raise\s+\w+\(\s*(?:status_code\s*=\s*)?(?:401|(?:\w+\.)?HTTP_401_UNAUTHORIZED)"
)


def _of_callers(facts: Facts) -> Iterator[tuple[Module, int]]:
    """Yield the lines that refuse a caller, who showed who it is, for naming somebody else."""
    for module in facts.python:
        for function in module.functions if "401" in module.code else ():
            for found in _DIFFER.finditer(function.text):
                given = {p.name: f"{p.annotation} {p.default}" for p in function.parameters}
                if {found[1], found[2]} <= set(given) and any(
                    facts.application.guards(module, given[n]) for n in found.groups()
                ):
                    yield module, function.line + function.text.count("\n", 0, found.start())


def check(facts: Facts) -> Iterator[Hit]:
    """Yield comparisons of two users that answer 401."""
    known = {(m.path, n) for m, n, _ in facts.matches(facts.python, _COMPARES)}
    for module, line in _of_callers(facts):
        if (module.path, line) not in known:
            yield at(module, line, "A foreign user id is answered with 401 instead of 403.")
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
def get_current_user(token=Depends(HTTPBearer())):
    return jwt.decode(token.credentials, KEY, algorithms=["ES256"])["sub"]

def same(member, caller=Depends(get_current_user)):
    if member != caller:
        raise HTTPException(401, "not yours")
"""
            }
        ),
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
