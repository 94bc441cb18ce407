import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._dictionaries import Dictionaries
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members

_CREDENTIAL: Final = lazy(r"session|token|jwt|auth", re.IGNORECASE)
_SESSION: Final = "session_token"
_NAMED: Final = lazy(r"[\"'`][\w.-]*(?:token|jwt|session)[\w.-]*[\"'`]", re.IGNORECASE)
_PLAIN: Final = lazy(r"csrf|xsrf|hint|theme|locale|state|expires|logged", re.IGNORECASE)
"""Cookies that scripts are to read, or that open nothing."""
_FORGERY: Final = lazy(r"csrf|xsrf", re.IGNORECASE)
_HELD: Final = lazy(r"(?:\w+\.)*\w*(?:token|jwt)", re.IGNORECASE)
_OPEN: Final = lazy(r"httpOnly\s*:\s*false")
_WRITTEN: Final = lazy(
    r"document\.cookie\s*=\s*`?[\"']?[^;\n]*(?:token|session|jwt)", re.IGNORECASE
)
_LIBRARY: Final = lazy(
    r"\b(?:(?:Cookies|cookies|Cookie)\.set|nookies\.set|setCookie)\(\s*(?:(?:null|undefined|ctx)\s*,\s*)?[\"'`][\w.-]*(?:token|jwt)[\w.-]*[\"'`]",
    re.IGNORECASE,
)
_CLEARED: Final = lazy(r"expires=Thu|max-age=0|Max-Age=-|=;", re.IGNORECASE)


def _cookie(facts: Facts, module: Module, text: str) -> str:
    """Return the name of a cookie, so that one cookie is one cause."""
    known = facts.evaluator.value(module, text.strip("${} ")).literals
    return f"{module.path.partition('/')[0]} {known[0] if known else text}"


def _script_written(facts: Facts) -> Iterator[tuple[str, Hit]]:
    message = "A token is written to a cookie by a script."
    for module, line, _ in facts.matches(facts.browser, _WRITTEN):
        text = module.lines[line - 1].partition("cookie")[2]
        name = text.partition("=")[2].strip(" `\"'").partition("=")[0]
        if not _CLEARED.search(module.lines[line - 1]) and not _FORGERY.search(name):
            yield _cookie(facts, module, name), at(module, line, message, Severity.MEDIUM)
    for module, line, match in facts.matches(facts.browser, _LIBRARY, "ookie", "OOKIE"):
        imported = " ".join(i.module for i in module.imports)
        if _FORGERY.search(match[0]):
            continue
        if re.search(r"js-cookie|cookies-next|universal-cookie|react-cookie|nookies", imported):
            cause = _cookie(facts, module, match[0].partition("(")[2])
            yield cause, at(module, line, message, Severity.MEDIUM)


def _server_written(facts: Facts) -> Iterator[tuple[str, Hit]]:
    message = "A credential is in a cookie that scripts can read."
    for module in facts.scripts:
        for call in module.called("set", "serialize", "setCookie"):
            text = " ".join(a.text for a in call.arguments)
            if not _OPEN.search(text) or not _CREDENTIAL.search(text):
                continue
            numbers = range(call.line, call.end_line + 1)
            line = next((n for n in numbers if "httpOnly" in module.lines[n - 1]), call.line)
            yield (
                _cookie(facts, module, call.text_of("", 0) or call.arguments[0].text),
                at(module, line, message, Severity.HIGH),
            )
    kept = Dictionaries(facts.project)
    for module in facts.python:
        for written in module.called("set_cookie"):
            call = kept.expanded(module, written)
            name, value = call.text_of("key", 0), call.text_of("value", 1)
            spread = any(a.text.startswith("**") for a in call.arguments)
            given = call.text_of("httponly", 7) or ("" if spread else "False")
            opens = _CREDENTIAL.search(name) or _HELD.fullmatch(value)
            if opens and given == "False" and not _PLAIN.search(f"{name} {value}"):
                yield _cookie(facts, module, name), at(module, call, message, Severity.HIGH)


def _unset(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield credentials that a server writes to a cookie without asking for HttpOnly."""
    message = "A credential is in a cookie without HttpOnly."
    for module in facts.scripts:
        server = any(re.search(r"next/(?:server|headers)$", i.module) for i in module.imports)
        for call in module.called("set") if server and not is_client(module) else ():
            name = call.arguments[0].text if len(call.arguments) > 1 else ""
            options = call.arguments[2].text if len(call.arguments) > 2 else ""  # noqa: PLR2004
            kept = re.match(r"\w+$|\{[^}]*\.\.\.", options) or "httpOnly" in options
            cookie = re.search(r"cookies?(?:\(\)\)?|Store)?\.set$", call.name, re.IGNORECASE)
            if cookie and _NAMED.fullmatch(name) and not kept and not _PLAIN.search(name):
                yield _cookie(facts, module, name), at(module, call, message, Severity.HIGH)


def _of_issuer(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield what an instance of Better Auth says about HttpOnly of its own cookies."""
    for issuer in facts.issuers.servers:
        advanced = members(issuer.options.get("advanced", ""))
        places = {
            name: rf"\b{name}\s*:[\s\S]*?httpOnly\s*:\s*false"
            for name, text in members(advanced.get("cookies", "")).items()
            if _CREDENTIAL.search(name) and _OPEN.search(text)
        }
        if _OPEN.search(advanced.get("defaultCookieAttributes", "")):
            places[_SESSION] = r"\bdefaultCookieAttributes\s*:[^}]*?httpOnly\s*:\s*false"
        for name, pattern in places.items():
            found = re.search(pattern, issuer.text)
            line = issuer.text_line + issuer.text.count("\n", 0, found.end() if found else 0)
            message = f"Scripts can read {name}."
            yield f"{issuer.module.path} {name}", at(issuer.module, line, message, Severity.HIGH)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield credentials in cookies that scripts can read, each cookie once."""
    yield from once(
        [*_server_written(facts), *_unset(facts), *_of_issuer(facts), *_script_written(facts)]
    )


RULE = Rule(
    requirement="browser:storage",
    category="token-in-js-cookie",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A credential is in a cookie without HttpOnly.",
    why="Every script on the page, and every injected one, can read and send it away.",
    remedy="Set HttpOnly, or keep the access token in memory.",
    check=check,
    flagged=(
        Case(
            {
                "api/login.py": """\
def login(response, token):
    response.set_cookie("entry", token, httponly=False)
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
"use client";
import { setCookie } from "cookies-next";
export const keep = (token) => setCookie("auth_token", token);
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
"use client";
import nookies from "nookies";
export const keep = (token) => nookies.set(null, "auth_token", token, {});
"""
            }
        ),
        Case(
            {
                "app/api/login/route.ts": """\
response.cookies.set("session", token, {
  httpOnly: false,
});
"""
            }
        ),
        Case(
            {
                "lib/api.ts": """\
document.cookie = `auth_token=${token}; path=/`;
"""
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  advanced: { cookies: { session_data: { attributes: { httpOnly: false } } } },
});
"""
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  advanced: { defaultCookieAttributes: { sameSite: "none", httpOnly: false } },
});
"""
            }
        ),
        Case(
            {
                "api/login.py": """\
def login(response):
    response.set_cookie("access_token", token, max_age=900, samesite="lax")
"""
            }
        ),
        Case(
            {
                "app/api/login/route.ts": """\
import { NextResponse } from "next/server";
const response = NextResponse.json({});
response.cookies.set("access_token", token, { secure: true });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/forms.ts": """\
import Cookies from "js-cookie";
export const mark = (value) => Cookies.set("xsrf-token", value);
""",
            }
        ),
        Case(
            {
                "api/login.py": """\
def login(response):
    response.set_cookie("access_token", token, httponly=True, samesite="lax")
    response.set_cookie("session", token, **OPTIONS)
    response.set_cookie("csrf_token", token)
""",
                "app/api/login/route.ts": """\
import { NextResponse } from "next/server";
const response = NextResponse.json({});
response.cookies.set("access_token", token, { secure: true, httpOnly: true });
response.cookies.set("session", token, OPTIONS);
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({
  advanced: { defaultCookieAttributes: { sameSite: "none", secure: true } },
});
"""
            }
        ),
        Case(
            {
                "app/api/login/route.ts": """\
response.cookies.set("session", token, {
  httpOnly: true,
});
"""
            }
        ),
    ),
)
