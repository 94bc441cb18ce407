import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members

_SHORTEST: Final = 8
_UNBOUNDED: Final = lazy(
    r"^\s+password\s*:\s*str\s*(?:$|=\s*Field\((?![^\n]*(?:min_length|pattern|regex))[^\n]*\)\s*$)",
    re.MULTILINE,
)
_SIGN_UP: Final = lazy(r"sign_?up|regist|usercreate|create_?user", re.IGNORECASE)


def _only_unreachable(facts: Facts, name: str) -> bool:
    """Whether a model is the input of routes that no deployed application includes."""
    taking = [
        r
        for r in facts.routes
        if any(re.search(rf"\b{name}\b", p.annotation) for p in r.function.parameters)
    ]
    return bool(taking) and not any(r.reachable for r in taking)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield sign-up models that take any password, and instances that take short ones."""
    for issuer in facts.issuers.servers:
        given = members(issuer.options.get("emailAndPassword", "")).get("minPasswordLength", "")
        if given.isdigit() and int(given) < _SHORTEST:
            line = issuer.line_of(r"\bminPasswordLength\s*:")
            yield at(issuer.module, line, f"Passwords of {given} characters are accepted.")
    for module in facts.python:
        for kind in module.classes:
            if not _SIGN_UP.search(kind.name) or not any(
                "Model" in b or "Base" in b for b in kind.bases
            ):
                continue
            found = _UNBOUNDED.search(kind.text)
            if _only_unreachable(facts, kind.name):
                continue
            if found and not re.search(r"validator\(\s*[\"']password|len\(", kind.text):
                yield at(
                    module,
                    kind.line + kind.text.count("\n", 0, found.start() + 1),
                    "Any password is accepted, also an empty one.",
                )


RULE = Rule(
    requirement="identity:sign-up",
    category="weak-password-policy",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Passwords have no minimum length.",
    why="One-letter passwords are accepted and guessed at once.",
    remedy="Leave sign-up to Better Auth, or demand at least 8 characters.",
    check=check,
    flagged=(
        Case(
            {
                "schemas.py": """\
class UserCreate(SQLModel):
    email: str
    password: str = Field(max_length=72)
"""
            }
        ),
        Case(
            {
                "schemas.py": """\
class UserSignup(BaseModel):
    email: str
    password: str
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ emailAndPassword: { enabled: true, minPasswordLength: 4 } });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import APIRouter, FastAPI

router = APIRouter()

class UserCreate(BaseModel):
    password: str

@router.post("/users")
def create(data: UserCreate):
    return save(data)

app = FastAPI()
if settings.ENV == "development":
    app.include_router(router)
"""
            }
        ),
        Case(
            {
                "schemas.py": """\
class UserSignup(BaseModel):
    email: str
    password: str = Field(min_length=8)
"""
            }
        ),
    ),
)
