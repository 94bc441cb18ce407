import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_OPEN: Final = re.compile(r"httpOnly\s*:\s*false")
_WRITTEN: Final = re.compile(
    r"document\.cookie\s*=\s*`?[\"']?[^;\n]*(?:token|session|jwt)", re.IGNORECASE
)
_LIBRARY: Final = re.compile(
    r"\b(?:Cookies|cookies|Cookie)\.set\(\s*[\"'`][\w.-]*(?:token|jwt)[\w.-]*[\"'`]", re.IGNORECASE
)
_CLEARED: Final = re.compile(r"expires=Thu|max-age=0|Max-Age=-|=;", re.IGNORECASE)


def _script_written(facts: Facts) -> Iterator[Hit]:
    for module, line, _ in facts.matches(facts.browser, _WRITTEN):
        if not _CLEARED.search(module.lines[line - 1]):
            yield at(module, line, "A token is written to a cookie by a script.", Severity.MEDIUM)
    for module, line, _ in facts.matches(facts.browser, _LIBRARY):
        imported = " ".join(i.module for i in module.imports)
        if re.search(r"js-cookie|cookies-next|universal-cookie|nookies", imported):
            yield at(module, line, "A token is written to a cookie by a script.", Severity.MEDIUM)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield credentials in cookies that scripts can read."""
    for module in facts.scripts:
        for call in module.calls:
            text = " ".join(a.text for a in call.arguments)
            if call.last not in {"set", "serialize", "setCookie"} or not _OPEN.search(text):
                continue
            if re.search(r"session|token|jwt|auth", text, re.IGNORECASE):
                line = call.line + next(
                    (
                        n
                        for n in range(call.end_line - call.line + 1)
                        if "httpOnly" in module.lines[call.line + n - 1]
                    ),
                    0,
                )
                yield at(module, line, "A credential is in a cookie that scripts can read.")
    for module in facts.python:
        for call in module.called("set_cookie"):
            if (
                re.search(r"token|session|jwt", call.text_of("key", 0), re.IGNORECASE)
                and call.text_of("httponly") == "False"
            ):
                yield at(module, call, "A credential is in a cookie that scripts can read.")
    yield from _script_written(facts)


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
    ),
    accepted=(
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
