import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_MAKES: Final = re.compile(r"\b(\w*User\w*)\(\s*(?:\n\s*)?(?:id|user_id|email|sub)\s*=\s*")
_CLAIMS: Final = re.compile(r"(?:payload|claims|token_data|decoded)\w*(?:\.get\(|\[)")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield dependencies that create a user for any subject."""
    for module in facts.python:
        for function in module.functions:
            text = function.text
            if not facts.application.authenticates(module, function.name) or not _CLAIMS.search(
                text
            ):
                continue
            found = next(lines_matching(text, _MAKES), None)
            if found and re.search(r"\.add\(|\.save\(|\.create\(|insert", text[found[1].end() :]):
                yield at(
                    module,
                    function.line + found[0] - 1,
                    "An unknown subject gets a new user from the claims of its token.",
                )


RULE = Rule(
    requirement="session:disabled-user",
    category="auto-provision-from-token",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Verification creates users.",
    why="Deleted users come back with their next request, and any signed token makes an account.",
    remedy="Refuse unknown subjects, or create rows when Better Auth creates the user.",
    check=check,
    flagged=(
        Case(
            {
                "deps.py": """\
def get_current_user(token, db):
    payload = jwt.decode(token)
    user = db.get(payload["sub"])
    if not user:
        user = User(id=payload["sub"], email=payload.get("email"))
        db.add(user)
    return user
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "deps.py": """\
def get_current_user(token, db):
    payload = jwt.decode(token)
    user = db.get(payload["sub"])
    if not user:
        raise HTTPException(401)
    return user
"""
            }
        ),
    ),
)
