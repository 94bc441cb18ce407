import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call
from authpact.review.source._pattern import lazy

_PARSED: Final = lazy(
    r"(?:parseInt|Number)\(\s*(?:\w+\??\.)*(?:user\??\.id|userId|session\.userId)\b"
)
_PYTHON: Final = lazy(
    r"int\(\s*(?:payload|claims|decoded|token_data)(?:\.get\(\s*|\[\s*)[\"'](?:sub|id|user_id)[\"']"
)


_UUID: Final = lazy(
    r"(?<![\w.])(?:uuid\.|_uuid\.)?UUID\(\s*(?:str\(\s*)?(?:(?:payload|claims|decoded|token_data)(?:\.get\(\s*|\[\s*)[\"'](?:sub|id|user_id|userId)[\"']"
    r"|(?:payload|claims|token|token_data|decoded)\.(?:sub|user_id|id)\b|(?:current_)?user_id\b|current_user\.id\b|user(?:\.id|\[[\"'](?:id|user_id|sub)[\"']\])|sub\b)"
)
_CONVERTS: Final = lazy(r"\bUUID\(\s*(\w+)")
_OWN_IDS: Final = lazy(
    r"generateId\s*:|user_?Id\s*[=:]\s*(?:await\s+)?(?:crypto\.)?(?:randomUUID|uuid\w*)\(|uuid\([^)]*\)\.defaultRandom",
    re.IGNORECASE,
)
_USER: Final = lazy(r"(?:current_)?user_?id$|^sub$|user(?:\.id|\[[\"'](?:id|user_id|sub)[\"']\])$")


def _as_uuid(facts: Facts) -> Iterator[Hit]:
    """Yield where an id of Better Auth, random letters and digits, has to be a UUID."""
    if any(_OWN_IDS.search(m.code) for m in facts.scripts):
        return
    message = "The text id of a user is taken for a UUID."
    helpers = {
        f.name
        for m in facts.python
        for f in m.functions
        if "uuid" in f.name.lower()
        and (found := _CONVERTS.search(f.text))
        and any(p.name == found[1] for p in f.parameters)
    }
    for module, line, _ in facts.matches(facts.python, _UUID):
        yield at(module, line, message)
    for module in facts.python:
        for call in module.calls:
            if call.last in helpers and call.arguments and _USER.search(call.arguments[0].text):
                yield at(module, call, message)


_DIGEST: Final = lazy(
    r"hexdigest\(\)\[\s*:\s*(?:[1-9]|1[0-2])\s*\]|digest\(\)\[\s*:\s*[1-6]\s*\]|hexdigest\(\)[^\n]*%"
)
_IDENTITY: Final = lazy(
    r"\b(?:user_?id|uid|sub|subject|user\.id|account_?id)\b|[\"'](?:sub|user_?id)[\"']",
    re.IGNORECASE,
)
_SPREADS: Final = lazy(
    r"bucket|shard|partition|rollout|variant|colou?r|avatar|lock|cache|etag|sample|jitter|limit",
    re.IGNORECASE,
)
"""Uses of a short hash that may well meet the one of somebody else."""
_SHARE: Final = lazy(r"%\s*100\b|percent|roll_?out", re.IGNORECASE)
"""What decides by a hash for how many of the users something is on."""


def _is_short(call: Call) -> bool:
    """Whether a call makes a number of few digits out of a text."""
    text = " ".join(a.text for a in call.arguments)
    short = call.last in {"int", "from_bytes"} and "hashlib." in text and _DIGEST.search(text)
    return call.name in {"hash", "zlib.crc32", "crc32", "zlib.adler32", "adler32"} or bool(short)


def _hashed(facts: Facts) -> Iterator[Hit]:
    """Yield numbers made of a user id by a hash so short that two users share one."""
    for module in facts.python:
        for call in module.calls:
            function = module.function_of(call) if _is_short(call) else None
            if function is None or _SPREADS.search(
                f"{function.name} {module.lines[call.line - 1]}"
            ):
                continue
            if _SHARE.search(function.text):
                continue
            text = " ".join(a.text for a in call.arguments)
            names = {
                p.name
                for p in function.parameters
                if facts.application.guards(module, f"{p.annotation} {p.default}")
            }
            own = any(re.search(rf"\b{re.escape(n)}\b", text) for n in names)
            is_method = function.name.startswith("__")
            if not is_method and (own or _IDENTITY.search(text)):
                yield at(module, call, "The id of a user is hashed to a number that others share.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield user ids that are turned into numbers."""
    yield from _hashed(facts)
    for module, line, _ in facts.matches(facts.scripts, _PARSED):
        if (
            "better-auth" in module.code
            or "auth.api" in module.code
            or re.search(r"session\??\.user", module.code)
        ):
            yield at(module, line, "The text id of a user is turned into a number.")
    issues_own = any(m.module.language == "python" for m in facts.tokens.mints)
    if facts.issuers.servers and not issues_own:
        for module, line, _ in facts.matches(facts.python, _PYTHON):
            yield at(module, line, "The text id of a user is turned into a number.")
        yield from _as_uuid(facts)


RULE = Rule(
    requirement="token:subject",
    category="lossy-identity-mapping",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="User ids of Better Auth are squeezed into numbers.",
    why="Ids that start with digits collide with other users, all others become NaN.",
    remedy="Keep the id as text everywhere.",
    check=check,
    flagged=(
        Case(
            {
                "rows.py": """\
def key_of(user_id):
    return int(hashlib.sha256(user_id.encode()).hexdigest()[:8], 16)
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "deps.py": """\
def current(payload):
    return UUID(payload["sub"])
""",
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "store.py": """\
import uuid

def as_uuid(text):
    return uuid.UUID(text)

def rows(user_id):
    return fetch("SELECT * FROM rows WHERE owner = $1", as_uuid(user_id))
""",
            }
        ),
        Case(
            {
                "token.ts": """\
const session = await auth.api.getSession({ headers });
const claims = { user_id: parseInt(session.user.id) };
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "flags.py": """\
def is_on(flag: str, user_id: str, share: int) -> bool:
    digest = int(hashlib.sha256(f"{flag}:{user_id}".encode()).hexdigest()[:8], 16)
    return digest % 100 < share
"""
            }
        ),
        Case(
            {
                "rows.py": """\
def shard_of(user_id):
    return zlib.crc32(user_id.encode()) % 8
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ advanced: { database: { generateId: "uuid" } } });
""",
                "deps.py": """\
def current(payload):
    return UUID(payload["sub"])
""",
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({});
""",
                "deps.py": """\
def read(task_id):
    return UUID(task_id)
""",
            }
        ),
        Case(
            {
                "token.ts": """\
const session = await auth.api.getSession({ headers });
const claims = { sub: session.user.id };
"""
            }
        ),
    ),
)
