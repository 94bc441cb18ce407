import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_LOGIN: Final = re.compile(
    r"/(?:login|log-in|sign-?in|sign_in|token|authenticate|sign-?up|sign_up|register)(?:/[\w-]+)?/?$",
    re.IGNORECASE,
)
_ISSUES: Final = re.compile(
    r"encode\(|create_\w*token|create_session|access_token|session_token|set_cookie|SignJWT|jwt\.sign\(",
    re.IGNORECASE,
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield login routes beside Better Auth."""
    if not facts.issuers.is_used and "better-auth" not in " ".join(
        s.text for s in facts.environment.plain(r"package\.json$")
    ):
        return
    for route in facts.routes:
        if (
            route.method == "post"
            and route.reachable
            and any(_LOGIN.search(p) for p in route.paths)
        ):
            text = route.function.text
            if "password" in text.lower() and _ISSUES.search(text):
                yield at(
                    route.module,
                    route.function,
                    f"{route.paths[0]} is a login of its own beside Better Auth.",
                )
    for module in facts.handlers:
        folder = module.path.rpartition("/")[0]
        if (
            re.search(r"login|signin|sign-in", folder.rpartition("/")[2])
            and "password" in module.code
        ):
            mint = next((m for m in facts.tokens.mints if m.module is module), None)
            if mint:
                yield at(module, mint.call, "This route signs users in beside Better Auth.")


RULE = Rule(
    requirement="identity:no-second-login",
    category="custom-auth-system",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The API signs users in itself.",
    why="Two sign-in systems mean two password stores and two kinds of tokens; limits, bans and sign-out of one do not reach the other.",
    remedy="Remove the login of the API and verify the tokens of Better Auth.",
    check=check,
    flagged=(
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/login/access-token")
def login(form: Form = Depends()):
    check(form.username, form.password)
    return {"access_token": create_access_token(form.username)}
""",
            }
        ),
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/auth/login")
def login(email: str, password: str):
    return {"access_token": create_access_token(email)}
""",
            }
        ),
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/auth/register")
def register(email: str, password: str):
    return {"access_token": create_access_token(email)}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/tasks")
def tasks(user=Depends(get_current_user)):
    return user
""",
            }
        ),
    ),
)
