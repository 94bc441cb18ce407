import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching, literal

_SENT: Final = lazy(r"[`\"']([\w.-]*session[_-]?token)=\$\{|Cookie[\"']?\s*[:,]\s*[`\"']([\w.-]+)=")
_READ: Final = lazy(r"(?:cookies(?:\.get\(|\[)\s*|Cookie\([^)]*alias\s*=\s*)f?[\"']([^\"']+)[\"']")
_CREDENTIAL: Final = lazy(r"token|session|jwt|auth", re.IGNORECASE)


def _names(facts: Facts) -> set[str]:
    """Return the names of session cookies that the API reads."""
    read = {m[1] for _, _, m in facts.matches(facts.python, _READ)}
    constants = {
        literal(a.value) or ""
        for m in facts.python
        for a in m.assignments
        if "COOKIE" in a.target.upper()
    }
    return {n for n in read | constants if "session" in n}


def _sent(facts: Facts, names: set[str]) -> Iterator[tuple[str, Hit]]:
    for module, line, match in facts.matches(facts.scripts, _SENT):
        sent = match[1] or match[2]
        if "session" in sent and sent.removeprefix("__Secure-") not in names:
            yield sent, at(module, line, f"The API reads {min(names)}, not {sent}.")


def _own(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield credentials that the API reads under another spelling than it writes them."""
    written: dict[str, set[str]] = {}
    for module in facts.python:
        for call in module.called("set_cookie"):
            for name in facts.evaluator.value(module, call.text_of("key", 0)).literals:
                written.setdefault(_plain(name), set()).add(name)
    for module, line, name in _reads(facts) if written else ():
        others = written.get(_plain(name), set())
        if others and name not in others and _CREDENTIAL.search(name):
            yield name, at(module, line, f"The cookie is set as {min(others)}, not as {name}.")


def _reads(facts: Facts) -> Iterator[tuple[Module, int, str]]:
    """Yield the cookies that Python code reads, by name."""
    for module in facts.python:
        for line, match in lines_matching(module.code, _READ):
            yield module, line, match[1]
        for function in module.functions:
            for one in function.parameters:
                text = f"{one.annotation} {one.default}"
                if "Cookie(" in text and "alias" not in text:
                    yield module, one.line, one.name


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def check(facts: Facts) -> Iterator[Hit]:
    """Yield cookies that a proxy sends under a name the API does not read."""
    yield from once(_own(facts))
    names = _names(facts)
    if names:
        yield from once(_sent(facts, names | {n.removeprefix("__Secure-") for n in names}))


RULE = Rule(
    requirement="transport:one-place",
    category="cookie-name-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The proxy sends a cookie that the API does not read.",
    why="Every call through the proxy is refused.",
    remedy="Send an access token in the Authorization header, or use one name on both sides.",
    check=check,
    flagged=(
        Case(
            {
                "api/login.py": """\
NAME = "api-session"

def enter(response, value):
    response.set_cookie(NAME, value, httponly=True)
""",
                "api/deps.py": """\
def current(api_session: str = Cookie()):
    return find(api_session)
""",
            }
        ),
        Case(
            {
                "api/deps.py": """\
def current(request):
    return request.cookies.get("better-auth.session_token")
""",
                "app/api/tasks/route.ts": """\
fetch(url, { headers: { Cookie: `better_auth_session_token=${token}` } });
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/login.py": """\
def enter(response, value):
    response.set_cookie("api_session", value, httponly=True)
""",
                "api/deps.py": """\
def current(api_session: str = Cookie()):
    return find(api_session)
""",
            }
        ),
        Case(
            {
                "api/deps.py": """\
def current(request):
    return request.cookies.get("better-auth.session_token")
""",
                "app/api/tasks/route.ts": """\
fetch(url, { headers: { Cookie: `better-auth.session_token=${token}` } });
""",
            }
        ),
    ),
)
