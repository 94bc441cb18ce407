import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._mends import add_argument, swap
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching, members

_CREDENTIAL: Final = lazy(r"token|session|auth|jwt", re.IGNORECASE)


def _in_scripts(facts: Facts) -> Iterator[Hit]:
    """Yield cookies of route handlers, and of Better Auth, without Secure."""
    for issuer in facts.issuers.servers:
        advanced = members(issuer.options.get("advanced", ""))
        attributes = members(advanced.get("defaultCookieAttributes", ""))
        if "false" in {advanced.get("useSecureCookies"), attributes.get("secure")}:
            line = issuer.line_of(r"useSecureCookies|secure")
            yield at(issuer.module, line, "The session cookie is set without Secure.")
    for module in facts.scripts:
        for call in module.called("set"):
            texts = [a.text for a in call.arguments]
            if len(texts) != 3 or "cookie" not in call.name.lower() + _made(module, call.name):  # noqa: PLR2004
                continue
            options = members(texts[2])
            ends = texts[1] in {'""', "''"} or options.get("maxAge") == "0"
            plain = options.get("secure", "false") == "false" and "..." not in texts[2]
            if options and plain and not ends and _CREDENTIAL.search(texts[0]):
                yield at(module, call, "A credential cookie is set without Secure.")


_WRITTEN: Final = lazy(r"document\.cookie\s*=\s*((?:[^;`\"'\n]|`[^`]*`|\"[^\"\n]*\"|'[^'\n]*')+)")
_NAMED: Final = lazy(
    r"^[`\"']?\s*(?:\$\{)?\s*[\w.-]*(?:token|session|jwt|auth)[\w.-]*", re.IGNORECASE
)
_OTHER: Final = lazy(r"csrf|xsrf|hint|theme|locale|expir\w*=|\bstate", re.IGNORECASE)
_ENDS: Final = lazy(r"max-age\s*=\s*(?:0|-)|expires\s*=\s*Thu|=\s*;", re.IGNORECASE)
_SECURE: Final = lazy(r"\bsecure\b", re.IGNORECASE)
_LIBRARY: Final = lazy(r"js-cookie|cookies-next|universal-cookie|react-cookie|nookies")
_SETS: Final = frozenset(["set", "setCookie", "setItem"])


def _texts(module: Module) -> Iterator[tuple[int, str]]:
    """Yield what a script assigns to document.cookie, without what the cookie ends with."""
    for line, match in lines_matching(module.code, _WRITTEN):
        name = (_NAMED.match(match[1]) or [""])[0]
        if name and not _ENDS.search(match[1]) and not _SECURE.search(match[1]):
            yield line, name


def _by_library(module: Module) -> Iterator[tuple[int, str]]:
    if not any(_LIBRARY.search(i.module) for i in module.imports):
        return
    for call in module.called(*_SETS):
        texts = [a.text for a in call.arguments]
        if len(texts) > 1 and _NAMED.match(texts[0]):
            rest = " ".join(texts[2:])
            if not _SECURE.search(rest) and "..." not in rest and not rest.isidentifier():
                yield call.line, texts[0]


def _by_browser(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield credential cookies that scripts of a page write without Secure."""
    for module in facts.browser:
        if "ookie" not in module.code or facts.loaded.is_dead(module.path):
            continue
        for line, name in (*_texts(module), *_by_library(module)):
            if not _OTHER.search(name):
                cause = module.path.partition("/")[0] + name.strip("`\"'${} ")
                yield cause, at(module, line, "A credential cookie is set without Secure.")


def _made(module: Module, name: str) -> str:
    """Return the code behind the receiver of a call."""
    head = name.partition(".")[0]
    return next((a.value.lower() for a in module.assignments if a.target == head), "")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield credential cookies that travel over plain HTTP."""
    yield from _in_scripts(facts)
    yield from once(_by_browser(facts))
    for module in facts.python:
        for call in module.called("add_middleware"):
            # Starlette's session holds who signed in, or the state of a sign-in under way.
            kind = call.arguments[0].text if call.arguments else ""
            if kind.endswith("SessionMiddleware") and call.get("secret_key"):
                secure = call.get("https_only")
                if secure is None or secure.text == "False":
                    yield at(module, call, "The session cookie is set without Secure.")
        for call in module.called("set_cookie"):
            name = call.text_of("key", 0)
            # The name often stands in a constant or a setting.
            name += " ".join(facts.evaluator.value(module, name).literals)
            value = call.text_of("value", 1)
            secure = call.get("secure")
            if not re.search(r"token|session|auth|jwt", f"{name} {value}", re.IGNORECASE):
                continue
            if secure is None or secure.text == "False":
                line = secure.line if secure else call.line
                mend = (
                    swap(module.text, line, "secure=False", "secure=True")
                    if secure
                    else add_argument(module, call, "secure=True")
                )
                yield at(module, line, "A credential cookie is set without Secure.", mend=mend)


RULE = Rule(
    requirement="transport:https",
    category="insecure-cookie",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A credential cookie lacks Secure.",
    why="It is sent over plain HTTP, where anybody on the way reads it.",
    remedy="Set `secure=True` outside of local development.",
    check=check,
    flagged=(
        Case(
            {
                "names.py": 'KEPT = "app_session"\n',
                "main.py": """\
from names import KEPT
def keep(response, value):
    response.set_cookie(KEPT, value, httponly=True)
""",
            }
        ),
        Case(
            {
                "lib/session.ts": """\
export function keep(token) {
  document.cookie = `${TOKEN_COOKIE}=${token}; path=/; max-age=604800; SameSite=Lax`;
}
"""
            }
        ),
        Case(
            {
                "lib/session.ts": """\
import Cookies from "js-cookie";
export const keep = (value) => Cookies.set("access_token", value, { expires: 7, sameSite: "lax" });
"""
            }
        ),
        Case({"main.py": "app.add_middleware(SessionMiddleware, secret_key=KEY)\n"}),
        Case(
            {"main.py": "app.add_middleware(SessionMiddleware, secret_key=KEY, https_only=False)\n"}
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ advanced: { useSecureCookies: false } });
"""
            }
        ),
        Case(
            {
                "app/api/login/route.ts": """\
export async function POST() {
  (await cookies()).set("session_token", token, { httpOnly: true, secure: false });
}
"""
            }
        ),
        Case(
            {
                "app/api/login/route.ts": """\
export async function POST() {
  response.cookies.set("auth_token", token, { httpOnly: true, path: "/" });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
def login(response, token):
    response.set_cookie("session_token", token, httponly=True, secure=False)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/session.ts": """\
import Cookies from "js-cookie";
export function keep(token) {
  document.cookie = `auth_token=${token}; path=/; Secure; SameSite=Lax`;
  document.cookie = "auth_token=; path=/; max-age=0";
  document.cookie = `theme=${token}; path=/`;
  Cookies.set("access_token", token, { secure: true });
  Cookies.set("access_token", token, OPTIONS);
}
"""
            }
        ),
        Case(
            {
                "main.py": "app.add_middleware(SessionMiddleware, secret_key=KEY, https_only=SECURE)\n"
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ advanced: { useSecureCookies: process.env.NODE_ENV === "production" } });
""",
                "app/api/login/route.ts": """\
export async function POST() {
  response.cookies.set("auth_token", token, { httpOnly: true, secure: !local });
  response.cookies.set("auth_token", "", { maxAge: 0 });
  response.cookies.set("theme", theme, { path: "/" });
}
""",
            }
        ),
        Case(
            {
                "main.py": """\
def login(response, token):
    response.set_cookie("session_token", token, httponly=True, secure=True)
"""
            }
        ),
    ),
)
