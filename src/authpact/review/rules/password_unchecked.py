import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_LOGIN: Final = lazy(
    r"/(?:login|log-in|sign-?in|sign_in|token|sessions)(?:/\w+)?/?$", re.IGNORECASE
)
_COMPARES: Final = lazy(
    r"verify|check|compare|bcrypt|argon|pwd_context|authenticate|hash|login\(|sign_?in\(\w*(?:data|cred|form|email)|httpx|requests\.",
    re.IGNORECASE,
)
_TEXT: Final = lazy(r"([\"']).*?\1")
_OPENS: Final = lazy(
    r"session_token|jwt\.encode\(|create_\w*token|access_token|set_cookie|Session\(", re.IGNORECASE
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield sign-ins that never look at the password."""
    for route in facts.routes:
        text = route.function.text
        if (
            route.method != "post"
            or not any(_LOGIN.search(p) for p in route.paths)
            or not _OPENS.search(text)
        ):
            continue
        body = text.partition("\n")[2]
        calls = [c for c in route.module.calls_in(route.function) if c.last not in {"print", "len"}]
        handed = any(
            re.search(r"password", _TEXT.sub("", a.text)) for c in calls for a in c.arguments
        )
        names = " ".join(c.name for c in calls)
        if (
            not handed
            and re.search(r"email|OAuth2PasswordRequestForm|\.username\b", text)
            and not _COMPARES.search(names)
            and not re.search(r"password\w*\s*[!=]=", body)
        ):
            yield at(
                route.module, route.function, "A session is opened without comparing the password."
            )


RULE = Rule(
    requirement="identity:credentials-refused",
    category="credentials-not-verified",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Sign-in does not check the password.",
    why="Knowing an e-mail address is enough to take the account over.",
    remedy="Remove the route and sign in at Better Auth.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/auth/token")
def token(form: OAuth2PasswordRequestForm = Depends()):
    person = find(form.username)
    return {"access_token": jwt.encode({"sub": person.id}, KEY, "HS256")}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/sign-in")
def sign_in(data: SignIn, db=Depends(get_db)):
    user = db.find(email=data.email)
    return {"access_token": create_token(user)}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/sign-in")
def sign_in(data: SignIn, db=Depends(get_db)):
    user = db.find(email=data.email)
    if not verify_password(data.password, user.hash):
        raise HTTPException(401)
    return {"access_token": create_token(user)}
"""
            }
        ),
    ),
)
