import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Issuer
from authpact.review.facts._user_fields import UserFields
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members

_PRIVILEGE: Final = lazy(
    r"^(?:(?:user|account|staff|system|team)_?)?(?:roles?|is_?(?:admin|staff|super_?user|moderator|owner|verified|premium|pro)"
    r"|admin|staff|super_?user|permissions?|scopes?|plan|credits|tier|verified|privileges?|rank|balance|quota"
    r"|(?:access|admin|security|auth|permission|clearance)_?(?:level|rank)|clearance)$",
    re.IGNORECASE,
)
_POWER: Final = lazy(
    r"role|admin|permission|access|staff|super_?user|moderator|privilege|clearance|level",
    re.IGNORECASE,
)
_FORM: Final = lazy(r"\b(?:const|let)\s+(\w+)\s*=\s*(?:Object\.fromEntries\(|await\s+\w+\.json\()")

_SIGN_UP: Final = lazy(r"/(?:sign-?up|sign_up|register|registration)/?$", re.IGNORECASE)
_FIELD: Final = lazy(
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


def _in_actions(facts: Facts) -> Iterator[Hit]:
    """Yield server code that hands every field of a form on to sign-up, where a role is a field."""
    for module in facts.scripts:
        if "signUpEmail" not in module.code:
            continue
        for call in module.called("signUpEmail"):
            function = module.function_of(call)
            forms = _FORM.findall(function.text) if function else []
            text = " ".join(a.text for a in call.arguments)
            whole = any(re.search(rf"\.\.\.{n}\b|\bbody\s*:\s*{n}\b", text) for n in forms)
            if whole and any(_generates_role(i) for i in facts.issuers.servers):
                yield at(module, call.line, "Every field of the form is stored, a role as well.")


def _generates_role(issuer: Issuer) -> bool:
    """Whether a function makes the additional fields from a list of names with a role in it."""
    fields = members(issuer.options.get("user", "")).get("additionalFields", "")
    names = re.findall(r"[\"'](\w+)[\"']", fields) if not fields.startswith("{") else []
    return any(_PRIVILEGE.match(n) for n in names)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield privileged user fields that a client may send at sign-up."""
    yield from _in_api(facts)
    for issuer in facts.issuers.servers:
        for one in UserFields(facts.project).of(issuer):
            if not (_PRIVILEGE.match(one.name) and one.is_input):
                continue
            severity = Severity.CRITICAL if _POWER.search(one.name) else Severity.HIGH
            head = re.search(rf"\b{one.name}\s*:\s*\{{", one.module.lines[one.line - 1])
            mend = head and swap(one.module.text, one.line, head[0], f"{head[0]} input: false,")
            message = f"Anybody may send `{one.name}` at sign-up."
            yield at(one.module, one.line, message, severity, mend)
    yield from _in_actions(facts)


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
                "lib/fields.ts": """\
export const crewFields = {
  clearance: { type: "number", defaultValue: 0 },
} as const;
""",
                "lib/auth.ts": """\
import { betterAuth } from "better-auth";
import { crewFields } from "./fields";
export const auth = betterAuth({ user: { additionalFields: { ...crewFields } } });
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ user: { additionalFields: texts("role", "city") } });
""",
                "app/join/actions.ts": """\
"use server";
export async function join(form: FormData) {
  const given = Object.fromEntries(form);
  await auth.api.signUpEmail({ body: { ...given, email: given.email } });
}
""",
            }
        ),
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
                "lib/auth.ts": """\
import { betterAuth } from "better-auth";
const closed = { input: false } as const;
export const auth = betterAuth({
  user: { additionalFields: { role: { type: "string", ...closed } } },
});
""",
                "app/join/actions.ts": """\
"use server";
export async function join(form: FormData) {
  const given = Object.fromEntries(form);
  await auth.api.signUpEmail({ body: { ...given, email: given.email } });
}
""",
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
