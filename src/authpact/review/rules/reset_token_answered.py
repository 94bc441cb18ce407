import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._paths import Way, ways
from authpact.review.source._pattern import lazy

_STEP: Final = r"(?:reset|recover\w*|verif\w*|confirm\w*|activat\w*|magic|otp|one_time|login_link)"
_NAME: Final = lazy(
    rf"^(?:\w*_)?{_STEP}(?:_\w+)*?_?(?:token|code|otp|link|url)$|^(?:\w*_)?otp(?:_code)?$",
    re.IGNORECASE,
)
_MADE: Final = lazy(
    r"token_urlsafe|token_hex|randint|randbelow|randrange|choices?\(|uuid4|\.encode\(|\bf[\"']"
    r"|(?:create|generate|make|issue|sign|request|new|build)_\w*(?:token|code|otp|link|reset)\w*\(",
    re.IGNORECASE,
)
_MEMBER: Final = lazy(r"(?:[\"']\w+[\"']\s*:|\b\w+\s*=(?!=))\s*([\w.]+)\s*(?=[,})\n])")
_PROVES: Final = lazy(
    r"\b(?:verify|check|validate|consume|redeem)_\w*\(|\.(?:code|otp|pin|answer|password|token)\b|compare_digest"
)
_APART: Final = lazy(r"debug|\bdev|test|env|settings\.|config|local|is_admin|role", re.IGNORECASE)


def _given(way: Way, name: str) -> str:
    """Return what a name was last given before an answer."""
    pattern = re.compile(rf"^[ \t]*{re.escape(name)}\s*(?::[^=\n]+)?=(?!=)\s*(.+)$", re.MULTILINE)
    found = [value for text in way.before for value in pattern.findall(text)]
    return str(found[-1]) if found else ""


def _told(route: Route) -> Iterator[tuple[int, str]]:
    """Yield the lines of answers with a token that belongs into a mail, and its name."""
    function = route.function
    if any(re.search(r"(?:token|code|otp)$", p.name) for p in function.parameters):
        return
    for way in ways(function.text):
        if way.target or not re.match(r"(?:\w+\()?\{?|\w+\(", way.value):
            continue
        if any(_APART.search(c) for c in way.conditions) or _PROVES.search("\n".join(way.before)):
            continue
        for member in _MEMBER.finditer(way.value):
            name = member[1]
            if _NAME.match(name.rpartition(".")[2]) and _MADE.search(_given(way, name)):
                yield way.line + way.value.count("\n", 0, member.start()), name


def check(facts: Facts) -> Iterator[Hit]:
    """Yield open routes that answer with what only the owner of a mail address may hold."""
    for route in facts.served:
        if route.protected or not re.search(_STEP, route.function.text, re.IGNORECASE):
            continue
        for line, name in _told(route):
            message = f"{name} is answered to whoever names an address."
            yield at(route.module, route.function.line + line, message)


_ROUTE: Final = """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/password/forgot")
def forgot(reset_data: Forgot, db=Depends(get_db)):
    owner = db.by_mail(reset_data.mail)
    reset_token = create_password_reset_token(owner.key)
    LINE
"""


def _route(*lines: str) -> Case:
    """Return a route that makes the token of a reset, with these last lines."""
    return Case({"main.py": _ROUTE.replace("LINE", "\n    ".join(lines))})


RULE = Rule(
    requirement="error:no-leak",
    category="dev-backdoor",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="The token of a reset or a verification is answered instead of mailed.",
    why="Whoever knows the mail address of somebody sets their password and takes the account.",
    remedy="Send the token to the address alone, and answer everybody with the same sentence.",
    check=check,
    flagged=(
        _route('return {"message": "made", "reset_token": reset_token}'),
        _route('reset_link = f"https://shop.test/{reset_token}"', "return Answer(link=reset_link)"),
    ),
    accepted=(
        _route("mail(owner, reset_token)", 'return {"message": "sent"}'),
        _route("if settings.DEBUG:", '    return {"token": reset_token}', "return {}"),
        _route(
            "if not verify_answer(reset_data):", "    return {}", 'return {"token": reset_token}'
        ),
    ),
)
