import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._signs import GUARD_FILE
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members

_USED: Final = lazy(r"\.limit\(|\.shared_limit\(|\.hit\(|\.test\(|\.check\(")
_SIGN_IN: Final = lazy(
    r"(^|/)(?:log-?in|sign-?in|sign-?up|register)(/[^/]*)?/route\.[jt]s$", re.IGNORECASE
)
_LIMITS: Final = lazy(r"rate_?limit|limiter|throttl|upstash", re.IGNORECASE)
_COMPARES: Final = lazy(r"(?:bcrypt|argon2|scrypt)\w*\.|\b(?:verify|compare|check|hash)Password\(")


def _limiters(facts: Facts) -> Iterator[Hit]:
    """Yield limiters of slowapi that nothing applies."""
    applied = any(_USED.search(m.code) for m in facts.python if _LIMITS.search(m.code))
    added = any("SlowAPIMiddleware" in c.text_of("", 0) + c.text_of("middleware_class", 0)
                for m in facts.python for c in m.called("add_middleware"))  # fmt: skip
    for module in facts.python:
        if "slowapi" not in {i.module.partition(".")[0] for i in module.imports}:
            continue
        for call in module.called("Limiter"):
            defaults = call.get("default_limits") or call.get("application_limits")
            if not applied and not (defaults and added):
                yield at(module, call, "The limiter is made, but no route is limited.")


def _switched_off(facts: Facts) -> Iterator[Hit]:
    """Yield Better Auth servers whose own limit is switched off."""
    for issuer in facts.issuers.servers:
        if members(issuer.options.get("rateLimit", "")).get("enabled") == "false":
            line = issuer.line_of(r"rateLimit")
            yield at(issuer.module, line, "Better Auth's own limit is off.", Severity.MEDIUM)


def _is_limited(facts: Facts, module: Module) -> bool:
    front = (m for m in facts.scripts if GUARD_FILE.search(m.path))
    return bool(_LIMITS.search(module.code)) or any(_LIMITS.search(m.code) for m in front)


def _own_sign_in(facts: Facts) -> Iterator[Hit]:
    """Yield sign-ins and sign-ups of the frontend's own that take passwords without a limit."""
    for module in facts.scripts:
        handler = _SIGN_IN.search(module.path) and re.search(r"\bPOST\b", module.code)
        takes = re.search(r"\bpassword\b", module.code) and _COMPARES.search(module.code)
        if not takes or _is_limited(facts, module):
            continue
        for function in module.functions:
            if (handler and function.name == "POST") or (
                function.name == "authorize" and _COMPARES.search(function.text)
            ):
                yield at(module, function, "Passwords may be tried without a limit.")


_ACTION: Final = lazy(r"^[ \t]*[\"']use server[\"']", re.MULTILINE)
_WITHIN: Final = lazy(r"(?:^|\.)auth\.api\.signIn(?:Email|Username)$")


def _actions(facts: Facts) -> Iterator[Hit]:
    """Yield server actions that sign in past the limit of Better Auth, which counts requests."""
    for module in facts.scripts:
        if not _ACTION.search(module.text) or _is_limited(facts, module):
            continue
        for call in [c for c in module.calls if _WITHIN.search(c.name)][:1]:
            yield at(module, call, "`auth.api` knows no limit: passwords may be tried at will.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield limits that are switched off, never applied or missing."""
    yield from _limiters(facts)
    yield from _switched_off(facts)
    yield from _own_sign_in(facts)
    yield from _actions(facts)


RULE = Rule(
    requirement="issue:rate-limited",
    category="no-rate-limit",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A limit is switched off or never applied.",
    why="Passwords can be guessed as fast as the server answers.",
    remedy="Leave sign-in to Better Auth with its limit on, or apply the limiter to the route.",
    check=check,
    flagged=(
        Case(
            {
                "actions.ts": """\
"use server";
import { auth } from "@/lib/auth";
export async function enter(email, password) {
  await auth.api.signInEmail({ body: { email, password } });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from slowapi import Limiter

limiter = Limiter(key_func=get_remote_address)
app.state.limiter = limiter
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ rateLimit: { enabled: false }, emailAndPassword: { enabled: true } });
"""
            }
        ),
        Case(
            {
                "app/api/auth/signup/route.ts": """\
export async function POST(request) {
  const { email, password } = await request.json();
  await save(email, await bcrypt.hash(password, 10));
}
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
export const { auth } = NextAuth({ providers: [Credentials({
  async authorize({ email, password }) {
    const user = await find(email);
    return (await bcrypt.compare(password, user.hash)) ? user : null;
  },
})] });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "actions.ts": """\
"use server";
import { auth } from "@/lib/auth";
import { limiter } from "@/lib/limiter";
export async function enter(email, password) {
  await limiter.check(email);
  await auth.api.signInEmail({ body: { email, password } });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from slowapi import Limiter

limiter = Limiter(key_func=get_remote_address)

@app.post("/sign-in")
@limiter.limit("5/minute")
def sign_in(request):
    return check(request)
""",
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ rateLimit: { enabled: true, max: 5 } });
""",
            }
        ),
        Case(
            {
                "main.py": """\
from slowapi import Limiter

limiter = Limiter(key_func=get_remote_address, default_limits=["60/minute"])
app.add_middleware(SlowAPIMiddleware)
""",
                "app/api/auth/signup/route.ts": """\
import { limiter } from "@/lib/limiter";
export async function POST(request) {
  await limiter.check(request);
  const { email, password } = await request.json();
  await save(email, await bcrypt.hash(password, 10));
}
""",
            }
        ),
    ),
)
