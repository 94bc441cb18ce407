import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_LOGIN: Final = lazy(
    r"/(?:login|log-in|sign-?in|sign_in)(?:/[\w-]+)?/?$|/(?:auth|oauth2?)/token/?$|^/token/?$",
    re.IGNORECASE,
)
_MAILS: Final = lazy(
    r"/(?:forgot|request|resend|send|verify)[-_](?:password|reset|password[-_]reset|otp|code|pin|magic[-_]link"
    r"|verification(?:[-_]\w+)?|verification[-_]e?mail)/?$|/(?:password[-_]reset|reset[-_]password)/request/?$"
    r"|/magic[-_]link/?$|/forgot/?$",
    re.IGNORECASE,
)
_LIMITS: Final = lazy(r"limiter|slowapi|rate_?limit|throttl|RateLimit", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield password logins without a limit."""
    if any(
        r.is_application
        and _LIMITS.search(
            " ".join(
                c.text_of("", 0) + (c.arguments[0].text if c.arguments else "")
                for c in r.module.called("add_middleware")
            )
        )
        for r in facts.application.routers.values()
    ):
        return
    for route in facts.routes:
        login = any(_LOGIN.search(p) for p in route.paths)
        login = login and "password" in route.function.text.lower()
        mails = any(_MAILS.search(p) for p in route.paths)
        if route.method != "post" or not (login or mails):
            continue
        texts = [d.name for d in route.function.decorators] + [
            route.function.text,
            route.decorator.text_of("dependencies"),
        ]
        if not _LIMITS.search(" ".join(texts)):
            what = "Passwords may be tried" if login else "Mails or codes may be asked for"
            yield at(route.module, route.function, f"{what} without a limit.")


RULE = Rule(
    requirement="issue:rate-limited",
    category="no-rate-limit",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Sign-in has no limit.",
    why="Passwords can be guessed as fast as the server answers.",
    remedy="Leave sign-in to Better Auth, which limits it in production, or add a limiter.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/auth/forgot-password")
def forgot(data: Address):
    send_link(data.email)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/login/access-token")
def login(form: OAuth2PasswordRequestForm = Depends()):
    return check(form.username, form.password)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/login")
def login(email: str, password: str):
    return check(email, password)
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

@app.post("/auth/forgot-password")
@limiter.limit("3/hour")
def forgot(data: Address):
    send_link(data.email)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/login")
@limiter.limit("5/minute")
def login(email: str, password: str):
    return check(email, password)
"""
            }
        ),
    ),
)
