import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import has_any, literal

_FIELD: Final = lazy(
    r"^(?:\w+\.)?(?:hashed_?password|password_?hash|hashed_?pw|pw_?hash)$", re.IGNORECASE
)
_COMPARES: Final = lazy(
    r"\bcheckpw\(|\b\w*(?:context|ctx|crypt|hasher)\w*\.verify\(", re.IGNORECASE
)
_KEEPS: Final = lazy(r"\.(?:add|merge|insert_one|bulk_save_objects)\(|\binsert\(")
_OPTIONAL: Final = lazy(r"\bOptional\[|\|\s*None\b|\bNone\s*\|")


def _verifiers(facts: Facts) -> dict[tuple[str, str], Function]:
    """Return the functions that compare a password with a hash and let its errors through."""
    found: dict[tuple[str, str], Function] = {}
    for module in facts.python:
        if not has_any(module.code, "checkpw(", ".verify(") or not _COMPARES.search(module.code):
            continue
        for function in module.functions:
            guarded = any(function.line <= h.line <= function.end_line for h in module.handlers)
            if _COMPARES.search(function.text) and not guarded and len(function.parameters) > 1:
                found[module.path, function.name] = function
    return found


def _placeholders(facts: Facts) -> Iterator[Hit]:
    """Yield texts that are no hash in rows that are kept."""
    for module in (m for m in facts.python if _KEEPS.search(m.code)):
        rows = [(a.name, a.text, a.line) for c in module.calls for a in c.arguments if a.name]
        rows += [(a.target, a.value, a.line) for a in module.assignments if not a.owner]
        for name, value, line in rows:
            text = literal(value) if _FIELD.match(name) and value[:1] in "\"'" else None
            if text is not None and not text.startswith(("$", "{")):
                yield at(module, line, "This is no hash; comparing a password with it raises.")


def _absent(facts: Facts, verifiers: dict[tuple[str, str], Function]) -> Iterator[Hit]:
    """Yield sign-ins that compare with a hash that a row may lack, without looking first."""
    names = {
        a.target
        for rows in facts.project.fields.values()
        for _, a in rows
        if _FIELD.match(a.target) and _OPTIONAL.search(a.annotation)
    }
    for module, function in _signing_in(facts) if names else ():
        for call in module.calls_in(function):
            given = call.arguments[1].text if len(call.arguments) > 1 else ""
            meant = facts.project.function(module, call.name)
            if meant is None or (meant[0].path, meant[1].name) not in verifiers:
                continue
            last = given.rpartition(".")[2]
            if last in names and function.text.count(last) == 1:
                yield at(module, call, "A row without a password ends in a server error.")


def _signing_in(facts: Facts) -> Iterator[tuple[Module, Function]]:
    for module in facts.python:
        for function in module.functions:
            guarded = any(function.line <= h.line <= function.end_line for h in module.handlers)
            if not guarded and facts.is_reached(module, function):
                yield module, function


def check(facts: Facts) -> Iterator[Hit]:
    """Yield what makes the comparison of a password raise instead of refuse."""
    verifiers = _verifiers(facts)
    if verifiers:
        yield from _placeholders(facts)
        yield from _absent(facts, verifiers)


_VERIFY: Final = """\
def verify_password(plain, hashed):
    return bcrypt.checkpw(plain.encode(), hashed.encode())
"""
_LOGIN: Final = """\
from fastapi import FastAPI
from passwords import verify_password

app = FastAPI()

class User(SQLModel, table=True):
    hashed_password: str | None = None

@app.post("/login")
def login(form: Form):
    user = find(form.email)
    if not user or not verify_password(form.password, user.hashed_password):
        raise HTTPException(status_code=401)
    return issue(user)
"""

RULE = Rule(
    requirement="error:fail-closed",
    category="auth-error-500",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A password is compared with what is no hash.",
    why="bcrypt and passlib raise on it: signing in to an account of a provider answers 500, which tells that it exists.",
    remedy="Refuse with 401 when the row has no hash, and store none for accounts of a provider.",
    check=check,
    flagged=(
        Case(
            {
                "passwords.py": _VERIFY,
                "callback.py": 'user = User(email=mail, hashed_password="OAUTH")\ndb.add(user)\n',
            }
        ),
        Case({"passwords.py": _VERIFY, "main.py": _LOGIN}),
    ),
    accepted=(
        Case(
            {
                "passwords.py": _VERIFY,
                "main.py": _LOGIN.replace("not user or", "not user or not user.hashed_password or"),
            }
        ),
        Case({"passwords.py": _VERIFY, "main.py": _LOGIN.replace("str | None = None", "str")}),
        Case(
            {
                "passwords.py": """\
def verify_password(plain, hashed):
    try:
        return bcrypt.checkpw(plain.encode(), hashed.encode())
    except ValueError:
        return False
""",
                "callback.py": 'user = User(email=mail, hashed_password="OAUTH")\ndb.add(user)\n',
            }
        ),
        Case({"passwords.py": _VERIFY, "seed.py": 'db.add(User(hashed_password="$2b$12$abc"))\n'}),
    ),
)
