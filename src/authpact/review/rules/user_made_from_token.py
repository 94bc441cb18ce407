import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_MAKES: Final = re.compile(r"\b(\w*User\w*)\(\s*(?:\n\s*)?(?:id|user_id|email|sub)\s*=\s*")
_CLAIMS: Final = re.compile(
    r"(?:payload|claims|token_data|decoded|userinfo)\w*(?:\.get\(|\[|\.(?:sub|email|user_id)\b)",
    re.IGNORECASE,
)
_STORES: Final = re.compile(r"\.add\(|\.save\(|\.create\(|insert|\.merge\(", re.IGNORECASE)
_INSERT: Final = re.compile(
    r"INSERT\s+INTO\s+[\"`\\]{0,3}users?\b|users?(?:_collection)?\.insert_one\(", re.IGNORECASE
)
_SIGNS_UP: Final = re.compile(r"sign_?up|register|callback|login|webhook|seed|sync", re.IGNORECASE)


def _verifying(facts: Facts) -> set[tuple[str, int]]:
    """Return the functions that verification code calls, itself included."""
    found: set[tuple[str, int]] = set()
    for module in facts.python:
        for function in module.functions:
            if facts.application.authenticates(module, function.name):
                found.add((module.path, function.line))
                found |= {(m.path, f.line) for m, f in facts.project.callees(module, function)}
    return found


def check(facts: Facts) -> Iterator[Hit]:
    """Yield dependencies that create a user for any subject."""
    verifying = _verifying(facts)
    for module in facts.python:
        for function in module.functions:
            text = function.text
            if (module.path, function.line) not in verifying or _SIGNS_UP.search(function.name):
                continue
            if not _CLAIMS.search(text):
                continue
            found = next(lines_matching(text, _MAKES), None)
            if found is None or not _STORES.search(text[found[1].end() :]):
                found = next(lines_matching(text, _INSERT), None)
            if found:
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
async def get_current_user(token, db):
    return await known_or_new(db, jwt.decode(token))

async def known_or_new(db, claims):
    user = await db.get(User, claims["sub"])
    if user is None:
        user = User(
            id=claims["sub"],
            email=claims.get("email", ""),
        )
        db.add(user)
    return user
"""
            }
        ),
        Case(
            {
                "deps.py": """\
async def get_current_user(token, db):
    claims = jwt.decode(token)
    await db.execute("INSERT INTO users (id) VALUES ($1) ON CONFLICT DO NOTHING", claims["sub"])
    return claims["sub"]
"""
            }
        ),
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
async def get_current_user(token, db):
    return User(id=jwt.decode(token)["sub"])

async def register(db, payload):
    db.add(User(email=payload["email"]))
"""
            }
        ),
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
