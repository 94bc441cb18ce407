import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.facts._gates import is_told_caller
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_NAME: Final = r"((?!__Secure-)(?!__Host-)(?:\{[\w.]+\})?[\w.-]*session_(?:token|data))"
_OWN: Final = r"((?!__Secure-)(?!__Host-)better[-_]auth[\w-]*\.session_(?:token|data))"
_READ: Final = lazy(
    rf"(?:cookies(?:\.get\(|\[)\s*|alias\s*=\s*|COOKIE\w*\s*=\s*)f?[\"']{_NAME}[\"']"
)
_SCRIPT: Final = lazy(
    rf"(?:\.get\(|\.has\(|cookies\[|getCookie\(|startsWith\(|(?:COOKIE|[cC]ookie[nN]ame)\w*\s*=)\s*[\"'`]{_OWN}=?[\"'`]"
)
_PASS: Final = lazy(r"token|jwt|session|auth|pass|sid", re.IGNORECASE)
_TEXT: Final = lazy(r"[\"'`]([\w.-]+)[\"'`]")
_SETS: Final = lazy(
    r"(?:set_cookie\(\s*(?:key\s*=\s*)?|[cC]ookies?(?:\(\)\)?)?\.set\(\s*)[\"'`]([\w.-]+)[\"'`]"
)
_WRITTEN: Final = lazy(
    rf"(?:set_cookie\(\s*(?:key\s*=\s*)?|[cC]ookies?(?:\(\)\)?)?\.set\(\s*)[\"']{_NAME}[\"']"
)


def _decides(facts: Facts, module: Module, line: int) -> bool:
    """Whether a read lets somebody in: not where the caller is known, nor as the last resort."""
    if not facts.issuers.servers and _kept(facts) & _written_in(module):
        return False
    inside = [f for f in module.functions if f.line <= line <= f.end_line]
    return module.language != "python" or not inside or not is_told_caller(inside[-1])


def _written_in(module: Module) -> set[str]:
    return set(_TEXT.findall(module.code))


def _kept(facts: Facts) -> set[str]:
    """Return the credentials that the tree keeps in cookies of its own."""
    names = {m[1] for _, _, m in facts.matches(facts.project.modules, _SETS, "ookie")}
    return {n for n in names if not re.fullmatch(_NAME, n) and _PASS.search(n)}


def _places(facts: Facts) -> Iterator[tuple[Module, int, str]]:
    """Yield the first read of a session cookie without its prefix in each module."""
    kinds = ((facts.python, _READ), (facts.scripts, _SCRIPT))
    for modules, pattern in kinds:
        for module in modules:
            if "__Secure-" in module.code or "__Host-" in module.code:
                continue
            rows = (
                r for r in lines_matching(module.code, pattern) if _decides(facts, module, r[0])
            )
            found = next(rows, None)
            if found and not facts.is_stray_guard(module):
                yield module, found[0], found[1][1]


def _unprefixed(facts: Facts) -> Iterator[tuple[str, Hit]]:
    own = {m[1] for _, _, m in facts.matches(facts.project.modules, _WRITTEN, "ookie")}
    for module, line, name in _places(facts):
        if name not in own:
            severity = Severity.HIGH if module.language == "python" else Severity.MEDIUM
            message = f"Over https the cookie is called __Secure-{name}."
            yield module.path.partition("/")[0], at(module, line, message, severity)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield readers of the session cookie that know its development name only, the API first."""
    plain = any(re.search(r"useSecureCookies\s*:\s*false", s.text) for s in facts.issuers.servers)
    if not facts.issuers.is_used or plain:
        return
    rows = list(_unprefixed(facts))
    in_api = [row for row in rows if row[1].severity is Severity.HIGH]
    yield from (hit for _, hit in in_api) if in_api else once(rows)


RULE = Rule(
    requirement="transport:https",
    category="secure-cookie-prefix",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The secure name of the session cookie is not read.",
    why="Over https Better Auth prefixes the cookie with __Secure-; every production request is refused.",
    remedy="Verify access tokens instead of cookies, or read both names.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ advanced: { useSecureCookies: true } });
""",
                "web/app/api/x/route.ts": """\
const COOKIE_NAME = "better-auth.session_token";
export const GET = (request) => forward(request.cookies.get(COOKIE_NAME));
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "api/deps.py": """\
def current(request):
    return request.cookies.get("better-auth.session_token")
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ advanced: { cookiePrefix: "notes" } });
""",
                "api/deps.py": """\
PREFIX = os.getenv("COOKIE_PREFIX", "notes")
SESSION_COOKIE = f"{PREFIX}.session_token"

def current(request):
    return request.cookies.get(SESSION_COOKIE)
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "web/app/page.tsx": """\
const store = await cookies();
const token = store.get("better-auth.session_token")?.value;
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "web/lib/api.ts": """\
const own = document.cookie.split(";").find((c) => c.trim().startsWith("better-auth.session_token="));
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "api/places.py": """\
async def here(request):
    who = request.state.user["id"]
    return await note(who, request.cookies.get("better-auth.session_token"))
""",
            }
        ),
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "web/app/api/enter/route.ts": """\
export async function POST(request) {
  const answer = NextResponse.json({});
  answer.cookies.set("boat_pass", await made(request), { httpOnly: true });
  return answer;
}
""",
                "api/deps.py": """\
def current(request):
    c = request.cookies.get("boat_pass") or request.cookies.get("better-auth.session_token")
    return jwt.decode(c, KEY, algorithms=["HS256"])
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "web/stale.ts": """\
const either = document.cookie.includes("better-auth.session_token");
""",
            }
        ),
        Case(
            {
                "web/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "api/login.py": """\
def login(response):
    response.set_cookie(key="better-auth.session_token", value=token)
""",
                "api/deps.py": """\
def current(request):
    return request.cookies.get("better-auth.session_token")
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "api/deps.py": """\
def current(request):
    c = request.cookies
    return c.get("__Secure-better-auth.session_token") or c.get("better-auth.session_token")
""",
            }
        ),
    ),
)
