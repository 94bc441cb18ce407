import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Assignment, Function, Module
from authpact.review.source._pattern import lazy

_CACHE: Final = lazy(
    r"^(?:_?cached?|current|access|api|auth|jwt|stored|memory)?_?(?:\w*[tT]oken\w*|jwt\w*)$"
)
_EMPTY: Final = lazy(r"^(?:null|undefined|\"\"|''|\{\})$")
_SIGN_OUT: Final = lazy(r"^(?:handle)?(?:sign|log)_?out\w*$", re.IGNORECASE)
_LISTED: Final = lazy(r"denylist|blacklist|revoked|blocklist|\bjti\b", re.IGNORECASE)
_DAY: Final = 86400


def _caches(module: Module) -> Iterator[Assignment]:
    """Yield module-level variables that a function fills with a token."""
    for one in module.variables.values():
        if _CACHE.match(one.target) and _EMPTY.match(one.value):
            filled = [
                a
                for a in module.assignments
                if a.target == one.target and a.function >= 0 and not _EMPTY.match(a.value)
            ]
            yield from filled[:1]


def _clearers(module: Module, name: str, filler: Function) -> Iterator[Function]:
    for a in module.assignments:
        if a.target == name and a.function >= 0 and _EMPTY.match(a.value):
            function = module.functions[a.function]
            if function is not filler:
                yield function


def _is_called(facts: Facts, function: Function) -> bool:
    word = re.compile(rf"\b{re.escape(function.name)}\b(?!\s*\(\s*\)\s*:)")
    return not function.name or sum(len(word.findall(m.code)) for m in facts.scripts) > 1


def _cached(facts: Facts) -> Iterator[Hit]:
    """Yield tokens kept in a module that no sign-out clears."""
    for module in facts.browser:
        for kept in _caches(module):
            filler = module.functions[kept.function]
            clearers = list(_clearers(module, kept.target, filler))
            if not any(_is_called(facts, c) for c in clearers):
                message = f"Nothing clears {kept.target} at sign-out; the next user sends it."
                yield at(module, kept.line, message, Severity.HIGH)


def _lasting(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield sign-outs of a client that leave a token of days valid."""
    lasting = [m for m in facts.tokens.mints if m.lifetime > _DAY and m.module.language == "script"]
    if not lasting or any(_LISTED.search(m.code) for m in facts.python):
        return
    for module in facts.browser:
        for function in module.functions:
            if _SIGN_OUT.match(function.name) and re.search(r"signOut\(|logout\(", function.text):
                message = "Sign-out leaves the token of the API valid for days."
                yield module.path.partition("/")[0], at(module, function, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield tokens that go on after their user signed out."""
    yield from _cached(facts)
    yield from once(_lasting(facts))


RULE = Rule(
    requirement="session:token-after-sign-out",
    category="session-not-revocable",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A token of the API outlives the sign-out.",
    why="A token in a module variable goes along with the calls of whoever signs in next in the tab; one of days stays good for whoever copied it.",
    remedy="Clear the token where the client signs out, and issue tokens for minutes.",
    check=check,
    flagged=(
        Case(
            {
                "lib/token.ts": """\
let cachedToken = null;
export async function apiToken() {
  if (!cachedToken) cachedToken = (await (await fetch("/api/token")).json()).token;
  return cachedToken;
}
export function clearApiToken() {
  cachedToken = null;
}
""",
            }
        ),
        Case(
            {
                "app/api/token/route.ts": """\
import jwt from "jsonwebtoken";
export const GET = () => jwt.sign({ sub: id }, process.env.KEY, { expiresIn: "7d" });
""",
                "lib/session.tsx": """\
export const logout = async () => {
  await authClient.signOut();
};
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/token.ts": """\
let cachedToken = null;
export async function apiToken() {
  if (!cachedToken) cachedToken = (await (await fetch("/api/token")).json()).token;
  return cachedToken;
}
export function clearApiToken() {
  cachedToken = null;
}
""",
                "app/menu.tsx": """\
import { clearApiToken } from "@/lib/token";
const signOut = async () => {
  await authClient.signOut();
  clearApiToken();
};
""",
                "app/api/token/route.ts": """\
import jwt from "jsonwebtoken";
export const GET = () => jwt.sign({ sub: id }, process.env.KEY, { expiresIn: "5m" });
""",
            }
        ),
    ),
)
