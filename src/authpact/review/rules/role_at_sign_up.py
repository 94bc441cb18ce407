import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import members

_PRIVILEGE: Final = re.compile(
    r"^(?:role|roles|isAdmin|is_admin|admin|permissions?|scope|plan|credits|tier|verified|accessLevel)$"
)


_SIGN_UP: Final = re.compile(r"/(?:sign-?up|sign_up|register|registration)/?$", re.IGNORECASE)
_FIELD: Final = re.compile(
    r"^\s+(role|roles|is_admin|is_superuser|is_staff|permissions)\s*:", re.MULTILINE
)


def _kept(text: str, parameter: str, field: str) -> bool:
    """Whether a route keeps a field of the body: by name, or with all the others."""
    whole = rf"\*\*{parameter}\.(?:dict|model_dump)\((?![^)]*exclude)|model_validate\({parameter}\b|from_orm\({parameter}\b"
    return bool(re.search(rf"\b{parameter}\.{field}\b|{whole}", text))


def _in_api(facts: Facts) -> Iterator[Hit]:
    """Yield sign-up routes of the API that take a privilege from the body."""
    for route in facts.routes:
        if route.method != "post" or not any(_SIGN_UP.search(p) for p in route.paths):
            continue
        for parameter in route.function.parameters:
            found = facts.project.classes.get(parameter.annotation)
            field = _FIELD.search(found[1].text) if found else None
            if found and field and _kept(route.function.text, parameter.name, field[1]):
                home, kind = found
                line = kind.line + kind.text.count("\n", 0, field.start(1))
                yield at(home, line, f"Anybody may send `{field[1]}` at sign-up.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield privileged user fields that a client may send at sign-up."""
    yield from _in_api(facts)
    for issuer in facts.issuers.servers:
        inner = members(members(issuer.options.get("user", "")).get("additionalFields", ""))
        for name, text in inner.items():
            if _PRIVILEGE.match(name) and not re.search(r"input\s*:\s*false", text):
                severity = (
                    Severity.CRITICAL
                    if re.search(r"role|admin|permission|access", name, re.IGNORECASE)
                    else Severity.HIGH
                )
                line = issuer.line_of(rf"\b{name}\s*:\s*\{{")
                head = re.search(rf"\b{name}\s*:\s*\{{", issuer.module.lines[line - 1])
                mend = head and swap(issuer.module.text, line, head[0], f"{head[0]} input: false,")
                message = f"Anybody may send `{name}` at sign-up."
                yield at(issuer.module, line, message, severity, mend)


RULE = Rule(
    requirement="token:roles",
    category="role-settable-at-signup",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Users may choose their own role.",
    why="Better Auth takes additional fields from the sign-up body unless `input: false`: anybody registers as administrator.",
    remedy="Add `input: false`, or use the admin plugin.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  user: { additionalFields: { role: { type: "string", defaultValue: "user" } } },
});
"""
            }
        ),
        Case(
            {
                "api/main.py": """\
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class SignUp(BaseModel):
    email: str
    role: str = "user"

@app.post("/auth/register")
def register(body: SignUp):
    return save(User(**body.model_dump()))
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/main.py": """\
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class SignUp(BaseModel):
    email: str
    role: str = "user"

@app.post("/auth/register")
def register(body: SignUp):
    return save(User(email=body.email, role="user"))
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  user: { additionalFields: { role: { type: "string", input: false } } },
});
"""
            }
        ),
    ),
)
