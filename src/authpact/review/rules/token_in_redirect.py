import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_WORD: Final = r"(?:(?:access|auth|session|id|jwt|bearer|refresh)_?)?(?:token|jwt)"
_NAME: Final = rf"(?:{_WORD}|(?:access|auth|session|id|refresh)Token)"
_SENT: Final = lazy(
    rf"[?&#]{_NAME}=(?:\$?\{{|[\"']\s*\+|%s)"
    rf"|urlencode\(\s*(?:\{{[^{{}}]*[\"']{_NAME}[\"']\s*:|dict\(\s*{_NAME}\s*=)"
    rf"|include_query_params\([^()]*\b{_NAME}\s*="
    rf"|searchParams\.(?:set|append)\(\s*[\"']{_NAME}[\"']"
)
_MOVES: Final = lazy(
    r"RedirectResponse\(|\bredirect\(|(?:NextResponse|Response|res|reply|ctx|c)\.redirect\("
    r"|[Hh]eaders\s*[=:][^\n]*[\"'][Ll]ocation[\"']|location\.(?:href\s*=|assign\(|replace\()"
    r"|\brouter\.(?:push|replace)\(|permanentRedirect\("
)
_PURPOSE: Final = lazy(
    r"reset|verif|invit|confirm|unsubscribe|magic|share|password|activat|device|download|preview"
    r"|new URL\([^\n]*ws|csrf",
    re.IGNORECASE,
)
_TAKEN: Final = lazy(
    rf"\b(?:(?:const|let|var)\s+)?(\w+)\s*=\s*(?:\w+\.)*(?:\w*[pP]arams|query|\w*\(\))\??\.get\(\s*[\"']{_NAME}[\"']"
    rf"|\b(?:const|let|var)\s+(\w+)\s*=\s*new URLSearchParams\([^()]*\)\.get\(\s*[\"']{_NAME}[\"']"
    rf"|\b(?:const|let|var)\s+(\w+)\s*=\s*router\.query\.{_NAME}\b"
)
_KEEPS: Final = (
    r"(?:(?:local|session)Storage\.setItem\(\s*[^,()]+,|[cC]ookies?(?:\(\))?\.set\(\s*[^,()]+,"
    r"|\bset(?:Access|Auth|Session|Jwt)?Token\(|\b(?:save|store|login|persist)\w*\(|Bearer \$\{)\s*"
)


def _outermost(module: Module, wanted: re.Pattern[str]) -> Iterator[tuple[Function, int, str]]:
    """Yield functions with a match: function, line and text of the match; the innermost count."""
    seen: set[int] = set()
    for function in reversed(module.functions):
        for number, match in lines_matching(function.text, wanted):
            line = function.line + number - 1
            if line not in seen:
                seen.add(line)
                yield function, line, next((g for g in match.groups() if g), "")


def _sent(module: Module) -> Iterator[Hit]:
    """Yield redirects that carry a token to the next page."""
    for function, line, _ in _outermost(module, _SENT):
        near = "\n".join(module.lines[max(0, line - 4) : line + 1])
        if not _MOVES.search(function.text) or _PURPOSE.search(near + function.name):
            continue
        yield at(module, line, "The address of a redirect carries the token.")


def _kept(module: Module) -> Iterator[Hit]:
    """Yield pages that take over whatever token their address holds."""
    for function, line, name in _outermost(module, _TAKEN):
        kept = re.search(rf"{_KEEPS}{re.escape(name)}\b", function.text)
        if name and kept and not _PURPOSE.search(f"{module.path} {function.name}"):
            yield at(module, line, "The page takes over any token that a link brings.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield tokens that redirects put into addresses, and pages that take them from there."""
    for module in facts.project.modules:
        if "oken" in module.code or "jwt" in module.code:
            yield from _sent(module)
            if module.language == "script":
                yield from _kept(module)


RULE = Rule(
    requirement="transport:one-place",
    category="token-in-url",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A redirect carries the token in its address.",
    why="Addresses stay in histories, logs and Referer headers, and a forged link signs somebody in as somebody else (RFC 9700 4.3.2).",
    remedy="Set the session as an HttpOnly cookie, or hand over a code that works once and soon expires.",
    check=check,
    flagged=(
        Case(
            {
                "login.py": """\
def callback(code, db):
    session_token = open_session(db, code)
    target = (
        f"{FRONTEND}/home"
        f"?session_token={session_token}"
        f"&user_id={user.id}"
    )
    return RedirectResponse(url=target)
"""
            }
        ),
        Case(
            {
                "login.py": """\
def callback(code):
    query = urlencode({"access_token": sign(code), "next": "/"})
    return RedirectResponse(f"{FRONTEND}/auth/callback?{query}", status_code=302)
"""
            }
        ),
        Case(
            {
                "app/api/done/route.ts": """\
export async function GET(request) {
  const jwt = await issue(request);
  return NextResponse.redirect(`${process.env.APP_URL}/welcome?token=${jwt}`);
}
"""
            }
        ),
        Case(
            {
                "app/home/page.tsx": """\
"use client";
export default function Home() {
  const searchParams = useSearchParams();
  useEffect(() => {
    const given = searchParams.get("token");
    if (given) localStorage.setItem("app_token", given);
  }, []);
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "mail.py": """\
def forgot(user):
    link = f"{FRONTEND}/reset-password?token={reset_token(user)}"
    send(user.email, link)
    return RedirectResponse("/sent")

def callback(code):
    return RedirectResponse(f"{FRONTEND}/home?code={once(code)}")
""",
                "app/reset-password/page.tsx": """\
export default function Page() {
  const token = useSearchParams().get("token");
  return <Form onSubmit={(word) => authClient.resetPassword({ token, newPassword: word })} />;
}
""",
                "app/join/page.tsx": """\
export default function Page() {
  const token = useSearchParams().get("token");
  useEffect(() => { accept(token); }, [token]);
}
""",
            }
        ),
    ),
)
