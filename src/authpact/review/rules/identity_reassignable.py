import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_BY_MAIL: Final = lazy(
    r"\b(?:user_?id|subject|owner_?id)\s*(?::\s*\w+\s*)?=\s*(?:payload|claims|decoded|token_data)(?:\.get\(\s*|\[\s*)[\"'](email|name|username|preferred_username)[\"']"
)


_SCRIPT: Final = lazy(
    r"\b(?:const|let)\s+(?:user_?[iI]d|owner_?[iI]d|uid|subject)\s*=\s*(?:\w+\??\.)*user\??\.(email|name)\b"
    r"|[\"']x-user-?(?:id)?[\"']\s*:\s*(?:\w+\??\.)*user\??\.(email|name)\b"
    r"|\b(?:user_?[iI]d|owner_?[iI]d)\s*:\s*(?:session|data)\??\.(?:\w+\??\.)*user\??\.(email|name)\b"
    r"|\bsub\s*:\s*(?:\w+\??\.)*user\??\.(email|name)\b"
)
_RETURNS: Final = lazy(r"\breturn\s+(?:\w+\??\.)*user\??\.(email|name)\b")
_NAMES_ID: Final = lazy(r"user_?id|owner_?id|subject", re.IGNORECASE)
_PRINCIPAL: Final = (
    r"(?:\.get\(\s*[\"'](name|username|display_name)[\"']|\[[\"'](name|username|display_name)[\"']\]"
    r"|\.(name|display_name)\b)"
)
_ROW: Final = lazy(
    r"users?(?:_collection|_col)?\.(?:find_one|update_one|delete_one|find_one_and_update)\(\s*\{\s*[\"'](name|display_?name)[\"']\s*:",
    re.IGNORECASE,
)


def _by_name(facts: Facts) -> Iterator[Hit]:
    """Yield routes that hand the caller's name on as if it were their id."""
    for route in facts.routes:
        if not route.principal:
            continue
        reads = re.compile(rf"^(?:\w+\s*=\s*)?{route.principal}{_PRINCIPAL}\)?$")
        for call in route.module.calls_in(route.function):
            shown = re.search(
                r"log|print|mail|render|format|notif|title|greet", call.name, re.IGNORECASE
            )
            found = facts.project.callee(route.module, call)
            if shown or found is None:
                continue
            for position, argument in enumerate(call.arguments):
                match = reads.match(argument.text)
                given = (
                    found[1].parameters[position].name
                    if position < len(found[1].parameters)
                    else ""
                )
                if match and re.search(r"user|owner|account|subject", argument.name or given):
                    yield at(route.module, call, "The caller is told apart by a name.")


_CLAIM: Final = r"(?:claims|payload|decoded|token_data|token|data|info)(?:\.get\(\s*|\[\s*)[\"'](email|name|username|preferred_username|nickname)[\"']\s*[\])]"
_KEYED: Final = lazy(
    rf"\b[A-Z]\w*\.(?:user_?name|nick_?name|handle|name|login)\)?\s*==\s*{_CLAIM}"
    rf"|\.find_one\w*\(\s*\{{\s*[\"'](?:user_?name|nick_?name|handle|name|login)[\"']\s*:\s*{_CLAIM}"
    rf"|\b(?:get_or_none|filter|filter_by|get)\(\s*(?:user_?name|nick_?name|handle|name|login)\s*=\s*{_CLAIM}"
)
_KEY: Final = lazy(
    rf"\breturn\s+(?:str\(\s*)?{_CLAIM}\)?(?:\.(?:lower|strip|casefold)\(\))*\s*$", re.MULTILINE
)
_SAYS_SO: Final = lazy(r"e?mail|display|nick|greet|name", re.IGNORECASE)


def _by_claim(facts: Facts) -> Iterator[Hit]:
    """Yield rows found by a claim that may change hands, and dependencies that return only that."""
    for module, line, match in facts.matches(facts.python, _KEYED):
        name = next(g for g in match.groups() if g)
        yield at(module, line, f"A row is found by `{name}` of the token, not by `sub`.")
    used = {
        (meant[0].path, meant[1].start)
        for r in facts.routes
        for p in r.function.parameters
        for n in re.findall(r"Depends\(\s*([\w.]+)", f"{p.annotation} {p.default}")
        if p.name == r.principal and (meant := facts.project.function(r.module, n))
    }
    for module in facts.python if used else ():
        for function in module.functions:
            if (module.path, function.start) not in used or _SAYS_SO.search(function.name):
                continue
            for line, match in lines_matching(function.text, _KEY):
                message = f"Users are told apart by `{match[1]}` of the token."
                yield at(module, function.line + line - 1, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield principals that are known by something that may change hands."""
    for module, line, match in facts.matches(
        facts.python, _BY_MAIL, "payload", "claims", "decoded", "token_data"
    ):
        yield at(module, line, f"Users are told apart by `{match[1]}`.")
    servers = tuple(m for m in facts.scripts if not is_client(m))
    for module, line, match in facts.matches(servers, _SCRIPT):
        name = next(g for g in match.groups() if g)
        yield at(module, line, f"Users are told apart by their {name}.")
    for module in servers:
        for function in module.functions:
            found = _RETURNS.search(function.text) if _NAMES_ID.search(function.name) else None
            if found:
                line = function.line + function.text.count("\n", 0, found.start())
                yield at(module, line, f"Users are told apart by their {found[1]}.")
    for module, line, match in facts.matches(facts.python, _ROW):
        yield at(module, line, f"A user is looked up by `{match[1]}`, which is not unique.")
    yield from _by_name(facts)
    yield from _by_claim(facts)


RULE = Rule(
    requirement="token:subject",
    category="unstable-user-identity",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Users are known by something reassignable.",
    why="An address or name that changes hands brings the data of its former owner along.",
    remedy="Use `sub`, the id of the Better Auth user, everywhere.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def whose(claims=Depends(get_current_user)):
    return claims["email"].strip()

@app.get("/jars")
def jars(key=Depends(whose)):
    return JARS[key]
"""
            }
        ),
        Case(
            {
                "store.py": """\
async def keeper(claims):
    return await Keeper.get_or_none(handle=claims["nickname"])
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def save(text: str, username: str):
    users.update_one({"_id": 1}, {"$set": {"text": text}})

@app.post("/texts")
def texts(data: Text, user: dict = Depends(get_current_user)):
    return save(data.text, user.get("name"))
"""
            }
        ),
        Case(
            {
                "store.py": """\
def text_of(who):
    return users_collection.find_one({"name": who})
"""
            }
        ),
        Case(
            {
                "app/api/notes/route.ts": """\
export async function GET() {
  const session = await auth.api.getSession({ headers: await headers() });
  const userId = session.user.email;
  return fetch(`${API}/notes?user=${userId}`);
}
"""
            }
        ),
        Case(
            {
                "lib/who.ts": """\
export async function currentUserId() {
  const session = await auth.api.getSession({ headers: await headers() });
  return session?.user?.email ?? null;
}
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def current(payload):
    user_id = payload.get("email")
    return user_id
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def email_of(claims=Depends(get_current_user)):
    return claims["email"]

@app.post("/letters")
def letter(to=Depends(email_of)):
    send(to)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def greet(name: str):
    return name

@app.get("/greeting")
def greeting(user: dict = Depends(get_current_user)):
    return greet(user.get("name"))
"""
            }
        ),
        Case(
            {
                "lib/who.ts": """\
export async function mailOf() {
  const session = await auth.api.getSession({ headers: await headers() });
  return session?.user?.email;
}
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def current(payload):
    user_id = payload.get("sub")
    return user_id
"""
            }
        ),
    ),
)
