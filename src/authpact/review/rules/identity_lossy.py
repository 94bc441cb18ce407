import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_PARSED: Final = re.compile(
    r"(?:parseInt|Number)\(\s*(?:\w+\??\.)*(?:user\??\.id|userId|session\.userId)\b"
)
_PYTHON: Final = re.compile(
    r"int\(\s*(?:payload|claims|decoded|token_data)(?:\.get\(\s*|\[\s*)[\"'](?:sub|id|user_id)[\"']|hash\(\s*(?:payload|claims)(?:\.get\(|\[)\s*[\"']sub"
)


_UUID: Final = re.compile(
    r"(?<![\w.])(?:uuid\.|_uuid\.)?UUID\(\s*(?:str\(\s*)?(?:(?:payload|claims|decoded|token_data)(?:\.get\(\s*|\[\s*)[\"'](?:sub|id|user_id|userId)[\"']"
    r"|(?:payload|claims|token|token_data|decoded)\.(?:sub|user_id|id)\b|(?:current_)?user_id\b|current_user\.id\b|user(?:\.id|\[[\"'](?:id|user_id|sub)[\"']\])|sub\b)"
)
_CONVERTS: Final = re.compile(r"\bUUID\(\s*(\w+)")
_OWN_IDS: Final = re.compile(
    r"generateId\s*:|user_?Id\s*[=:]\s*(?:await\s+)?(?:crypto\.)?(?:randomUUID|uuid\w*)\(|uuid\([^)]*\)\.defaultRandom",
    re.IGNORECASE,
)
_USER: Final = re.compile(
    r"(?:current_)?user_?id$|^sub$|user(?:\.id|\[[\"'](?:id|user_id|sub)[\"']\])$"
)


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


def check(facts: Facts) -> Iterator[Hit]:
    """Yield user ids that are turned into numbers."""
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
