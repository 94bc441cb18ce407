import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_KIND: Final = r"\w*(?:User|Account|Profile|Member|Person)\w*"
_BY_MAIL: Final = lazy(
    rf"\b{_KIND}\.e?mail(?:_address)?\s*==\s*(\w+(?:\.\w+)?)"
    r"|filter_by\(\s*e?mail\s*=\s*(\w+(?:\.\w+)?)"
    r"|(?:by_e?mail|find_one|get_or_none|findUnique|findFirst)\((?:[^()\n]*[,({])?\s*(?:[\"']?e?mail[\"']?\s*[:=]\s*)?(e?_?\w*mail\w*)\s*[})]"
    r"|WHERE\s+(?:\w+\.)?e?mail\s*=\s*(?:\$1|%s|:\w+|\?)[\s\S]{0,60}?(\w*mail\w*)",
    re.IGNORECASE,
)
_BY_ID: Final = lazy(
    rf"\b{_KIND}\.(?:id|user_id|auth_id|external_id|sub|better_auth_id|oauth_id)\s*==|\.get\(\s*{_KIND}\s*,"
    r"|filter_by\(\s*(?:id|user_id|auth_id|external_id|sub)\s*=|by_(?:user_)?(?:id|sub|uuid)\("
    r"|find_one\(\s*\{\s*[\"'](?:_id|id|user_id|sub)[\"']|WHERE\s+(?:\w+\.)?(?:id|user_id)\s*=",
)
_GIVEN: Final = r"\b{name}\s*(?::[^=\n]+)?=\s*[^\n]*(?:headers|payload|claims|decoded|token|userinfo|session|identity|jwt)"
_VERIFIED: Final = lazy(r"email_?verified|verified_?email", re.IGNORECASE)
_SIGNS: Final = lazy(
    r"sign|register|login|log_in|callback|webhook|reset|forgot|invite|oauth|create|update|exists",
    re.IGNORECASE,
)


def _falls_back(function: Function) -> re.Match[str] | None:
    """Return where the address stands in for an unknown id."""
    text = function.text
    known = _BY_ID.search(text)
    found = _BY_MAIL.search(text, known.end()) if known else None
    if found is None or (_VERIFIED.search(text[: found.start()]) and "if" in text):
        return None
    name = next((g for g in found.groups() if g), "")
    root = name.partition(".")[0]
    told = any(p.name == root for p in function.parameters)
    given = re.search(_GIVEN.format(name=re.escape(root)), text)
    return found if told or given or root in {"payload", "claims", "identity", "token"} else None


def _dependencies(facts: Facts) -> Iterator[tuple[Module, Function]]:
    """Yield functions that stand before routes, and the helpers they call."""
    seen: set[tuple[str, int]] = set()
    for module in facts.python:
        for function in module.functions:
            if not re.search(r"current|authent|verify|require|principal|get_user", function.name):
                continue
            for home, one in ((module, function), *facts.project.callees(module, function)):
                if (home.path, one.line) not in seen and facts.is_reached(home, one):
                    seen.add((home.path, one.line))
                    yield home, one


def check(facts: Facts) -> Iterator[Hit]:
    """Yield dependencies that take whoever has the same address for the caller."""
    for module, function in _dependencies(facts):
        if _SIGNS.search(function.name) or re.search(
            r"passw|hash_", function.text.partition("(")[0]
        ):
            continue
        found = _falls_back(function)
        if found:
            line = function.line + function.text.count("\n", 0, found.start())
            yield at(module, line, "An unknown id becomes whoever has the same address.")


RULE = Rule(
    requirement="token:subject",
    category="unstable-user-identity",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="An unknown id falls back to the address.",
    why="Better Auth need not have verified the address: an account made with another's takes their rows over.",
    remedy="Know users by `sub` alone; link older rows once, for a verified address.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from people import current_person

app = FastAPI()

@app.get("/me")
def me(person=Depends(current_person)):
    return person
""",
                "people.py": """\
def current_person(request: Request, db=Depends(get_db)):
    claims = verify_token(request.headers["authorization"])
    mail = claims["email"]
    person = db.exec(select(User).where(User.id == claims["sub"])).first()
    if person is None:
        person = db.exec(select(User).where(User.email == mail)).first()
    return person
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def get_current_user(claims=Depends(verify_token), db=Depends(get_db)):
    email = claims.get("email")
    return users.find_by_id(claims["sub"]) or users.find_by_email(email)

@app.get("/me")
def me(person=Depends(get_current_user)):
    return person
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def get_current_user(claims=Depends(verify_token), db=Depends(get_db)):
    person = db.get(User, claims["sub"])
    email = claims["email"]
    if person is None and claims["email_verified"]:
        person = db.scalars(select(User).where(User.email == email)).first()
    return person

def sign_up(data, db):
    if db.get(User, data.id) or db.scalars(select(User).where(User.email == data.email)).first():
        raise HTTPException(409)

@app.get("/me")
def me(person=Depends(get_current_user)):
    return person
""",
            }
        ),
    ),
)
