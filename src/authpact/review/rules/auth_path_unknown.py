import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_CALL: Final = lazy(
    r"(?:\bfetch|\$fetch|axios(?:\.\w+)?|\b\w*[aA]pi\w*\.(?:get|post))\(\s*[\"'`]/api/auth/([\w/$.{}-]+?)/?[\"'`?]"
)
_MEANT: Final = (
    (
        re.compile(r"(?:forgot|reset|forget)-?[pP]assword/request$|forgot-?[pP]assword$"),
        "request-password-reset",
    ),
    (re.compile(r"reset-password/\$\{[^}]*\}$"), "reset-password with the token in the body"),
    (re.compile(r"(?:log-?in|sign-?in)$"), "sign-in/email"),
    (re.compile(r"(?:register|sign-?up)$"), "sign-up/email"),
    (re.compile(r"(?:log-?out|signout)$"), "sign-out"),
    (re.compile(r"(?:me|user|session|refresh|current-user)$"), "get-session"),
)
"""Names that people expect, and the path of Better Auth."""
_MOUNT: Final = lazy(r"(^|/)(?:app|pages)/api/auth/\[")


def _meant(path: str) -> str:
    return next((right for pattern, right in _MEANT if pattern.fullmatch(path)), "")


def _own_paths(facts: Facts) -> bool:
    """Whether a proxy may lead what is below /api/auth to somebody else."""
    configured = (m for m in facts.scripts if "next.config" in m.path)
    return any(re.search(r"source\s*:\s*[\"'`]/api/(?:auth|:)", m.code) for m in configured)


def _unknown(facts: Facts) -> Iterator[tuple[str, Hit]]:
    routed = [p for p in facts.tree.paths if "/api/auth/" in p]
    routed += [f"{p}/" for r in facts.routes for p in r.paths]
    for module, line, match in facts.matches(facts.browser, _CALL, "/api/auth/"):
        right, first = _meant(match[1]), match[1].partition("/")[0]
        if right and not any(f"/api/auth/{first}/" in p for p in routed):
            message = f"Better Auth has no /api/auth/{match[1]}; it has {right}."
            yield f"{module.path} {first}", at(module, line, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of paths below /api/auth that Better Auth does not serve."""
    mounted = any(_MOUNT.search(p) for p in facts.tree.paths)
    served = any("toNextJsHandler" in m.code for m in facts.handlers)
    plugged = any("createAuthEndpoint" in m.code for m in facts.scripts)
    if mounted and served and not plugged and not _own_paths(facts):
        yield from once(_unknown(facts))


_HANDLER: Final = """\
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
"""

RULE = Rule(
    requirement="identity:sign-in",
    category="endpoint-path-mismatch",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A path is called that Better Auth does not have.",
    why="The answer is 404: nobody signs in, out or resets a password this way, and pages that do not look at the answer report success.",
    remedy="Use the methods of the auth client; they know the paths.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/auth/[...all]/route.ts": _HANDLER,
                "lib/forgot.ts": """\
export const forgot = (email) => fetch("/api/auth/forgot-password", { method: "POST", body: email });
""",
            }
        ),
        Case(
            {
                "app/api/auth/[...all]/route.ts": _HANDLER,
                "lib/reset.ts": """\
export const reset = (token, newPassword) =>
  fetch(`/api/auth/reset-password/${token}`, { method: "POST", body: newPassword });
""",
            }
        ),
        Case(
            {
                "app/api/auth/[...all]/route.ts": _HANDLER,
                "lib/end.ts": """\
export const end = () => axios.post("/api/auth/logout");
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/auth/[...all]/route.ts": _HANDLER,
                "app/api/auth/me/route.ts": "export const GET = () => Response.json({});\n",
                "lib/me.ts": """\
export const other = () => fetch(`${API}/api/auth/login`, { method: "POST" });
export const me = () => fetch("/api/auth/me");
export const session = () => fetch("/api/auth/get-session");
export const enter = () => fetch("/api/auth/sign-in/email", { method: "POST" });
export const leave = () => fetch("/api/auth/sign-out", { method: "POST" });
""",
            }
        ),
        Case(
            {
                "app/api/auth/[...all]/route.ts": _HANDLER,
                "lib/me.ts": 'export const enter = () => fetch("/api/auth/login", { method: "POST" });\n',
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/api/auth/login")
def login():
    return {}
""",
            }
        ),
    ),
)
