import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.facts._gates import Gate, credentials
from authpact.review.source._dictionaries import returned
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_NAME: Final = lazy(
    r"^(?:verify|validate|check)_\w*(?:jwt|token|auth)\w*$|^get_current_(?:user|principal)\w*$|^(?:authenticate|require)_(?:user|auth|request)\w*$"
)
_LOOKS: Final = lazy(
    r"decode|\.headers|\.cookies|\.credentials|verify\(|session|\bdb\b|query|execute|http|raise|await|\.get\(",
    re.IGNORECASE,
)
_CONSTANT: Final = lazy(
    r"return\s+(?:[\"'][\w@.-]+[\"']|\{[^}]*[\"'](?:id|sub|user_id)[\"']\s*:\s*[\"'\d]|\w*User\w*\(\s*id\s*=\s*[\"'\d])"
)
_WHO: Final = lazy(
    r"(?:user|principal|identity|account|subject|caller|viewer|member|owner|actor|claims|who_?am_?i|session|person)",
    re.IGNORECASE,
)
_SAYS_WHO: Final = lazy(
    r"[\"']?\b(?:id|uid|sub|subject|user_?id|email|account_?id)[\"']?\s*[=:]\s*[\"'\d]|^[\"'][\w@.-]+[\"']$"
)
_STRANGER: Final = lazy(r"anonym|guest|public|nobody|visitor|unknown", re.IGNORECASE)
_VARIES: Final = lazy(r"\b(?!True|False|None)[a-z_]\w*\b(?!\s*[=:(])|\bself\b|\[[^\]]+\]")
_STRINGS: Final = lazy(r"([\"'`]).*?\1")


def _is_fixed(module: Module, text: str) -> bool:
    """Whether an expression is one identity that is written out, here or in a constant."""
    constant = module.variables.get(text) if re.fullmatch(r"[A-Z]\w*", text) else None
    value = constant.value if constant is not None else text
    said = _STRINGS.sub(r"\1\1", re.sub(r"[\"'](\w+)[\"']\s*:", r"\1:", value))
    if _STRANGER.search(value) or not _SAYS_WHO.search(value):
        return False
    return not _VARIES.search(said) and not re.search(r"\b[A-Z_]{3,}\b|\w+\.\w+", said)


def _body(function: Function) -> str:
    lines = function.text.split("\n")
    return "\n".join(lines[function.body_line - function.line :])


def _answers_one(module: Module, function: Function) -> bool:
    """Whether a dependency about the caller does nothing but answer one identity."""
    head = function.text.split("\n")[: max(1, function.body_line - function.line)]
    about = _WHO.search(function.name) or _WHO.search("\n".join(head).rpartition("->")[2])
    if not about and not credentials(function):
        return False
    body = _body(function)
    answers = list(returned(body))
    if len(answers) != 1 or re.search(r"\b(?:raise|yield|if|for|while|try|with|await)\b", body):
        return False
    return _is_fixed(module, answers[0])


_TAKEN_APART: Final = lazy(
    r"(?:^|\.)(?:r?split|r?partition|strip|lower|upper|removeprefix|removesuffix|startswith|endswith|replace"
    r"|str|len|int|get|isdigit|\w*Error|\w*Exception)$"
)
_CUTS: Final = frozenset({"split", "rsplit", "partition", "rpartition"})
_VERIFIER: Final = lazy(r"verif|validat|decode|authenticat|check|parse_token", re.IGNORECASE)
_CLAIMS: Final = lazy(
    r"[\"'](?:sub|user_?id|id|uid)[\"']\s*:\s*(\w+)|^\w*(?:User|Principal|Identity|Account|Claims)\w*\(\s*(?:\w+\s*=\s*)?(\w+)"
)


def _only_splits(module: Module, function: Function) -> bool:
    """Whether the verification of a token takes its text apart and believes what it finds."""
    held = credentials(function)
    if not held or not _VERIFIER.search(function.name):
        return False
    calls = [c for c in module.calls_in(function) if c.line >= function.body_line]
    harmless = all(_TAKEN_APART.search(c.name) for c in calls)
    answers = list(returned(_body(function)))
    claimed = [m for a in answers for m in _CLAIMS.finditer(a)]
    made = {c.line for c in calls for a in answers if a.startswith(f"{c.name}(")}
    if not claimed or not any(c.last in _CUTS for c in calls):
        return False
    named = {n for m in claimed for n in m.groups() if n}
    inside = re.search(r"\b(?:compare_digest|hmac|sign\w*|digest|==)|\bin\b", _body(function))
    return bool(named & held) and inside is None and (harmless or bool(made))


_SCRIPT_NAME: Final = lazy(
    r"^(?:require|get|current|load|fetch|assert|ensure|check|verify)_?(?:current|server|auth\w*|signed\w*)?_?(?:User|Session|Principal|Account|Viewer|Auth|Caller|Identity)$",
    re.IGNORECASE,
)
_SERVES: Final = lazy(r"(?:^|/)(?:app/.*(?:route|page|layout|actions?)|pages/api/.*)\.[jt]sx?$")


def _in_scripts(facts: Facts) -> Iterator[Hit]:
    """Yield functions of the server that are to tell who is signed in and always say the same."""
    for module in facts.scripts:
        if is_client(module) or re.search(r"\.tsx$|(?:^|/)hooks?/|mock|stor(?:y|ies)", module.path):
            continue
        for function in module.functions:
            if not _SCRIPT_NAME.match(function.name) or module.calls_in(function):
                continue
            body = function.text.partition("{")[2] or function.text.partition("=>")[2]
            answers = list(returned(body)) or [body]
            flat = [re.sub(r"\s+", " ", a).strip("; }") + " }" for a in answers]
            if len(flat) == 1 and _SAYS_WHO.search(flat[0]) and not _STRANGER.search(flat[0]):
                said = _STRINGS.sub("''", flat[0])
                if not re.search(r"\.\.\.|\w+\.\w+|\bnull\b|:\s*(?!true|false|new\b)[a-z]", said):
                    yield at(module, function, f"{function.name} gives everybody one account.")


def _named(facts: Facts) -> Iterator[Gate]:
    """Yield functions that are called like a verification and answer a constant."""
    for module in facts.python:
        for function in module.functions:
            if not _NAME.match(function.name):
                continue
            body = function.text[len(function.text.partition(":\n")[0]) :]
            if _CONSTANT.search(body) and not _LOOKS.search(body):
                yield module, function


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verification functions that look at no credential, or believe its text."""
    before = facts.gates
    fixed = {(m.path, f.line): (m, f) for m, f in before if _answers_one(m, f)}
    fixed |= {(m.path, f.line): (m, f) for m, f in _named(facts)}
    for module, function in fixed.values():
        yield at(module, function, f"{function.name} lets everybody in as one fixed user.")
    for module, function in before:
        if (module.path, function.line) not in fixed and _only_splits(module, function):
            message = f"{function.name} takes the token apart and believes what it finds."
            yield at(module, function, message)
    yield from _in_scripts(facts)


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-bypass-stub",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="The verification is a stub.",
    why="Any request, with or without a token, is authenticated.",
    remedy="Verify the token and refuse with 401 what does not verify.",
    check=check,
    flagged=(
        Case(
            {
                "people.py": """\
SEEDED = Person(id=7, email="ada@example.org")

def person(authorization: str | None = Header(None)):
    return SEEDED
""",
                "main.py": """\
from fastapi import FastAPI, Depends
from people import person

app = FastAPI()

@app.get("/boats")
def boats(owner=Depends(person)):
    return owner.boats
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Reader:
    def decode(self, raw: str):
        who, _, kind = raw.partition(":")
        return {"user_id": who, "kind": kind}

    def __call__(self, raw: str = Depends(scheme)):
        return self.decode(raw)

reader = Reader()

@app.get("/boats")
def boats(owner=Depends(reader)):
    return owner
"""
            }
        ),
        Case(
            {
                "lib/viewer.ts": """\
export const getViewer = async () => ({ id: "u1", email: "ada@example.org" });
"""
            }
        ),
        Case(
            {
                "auth.py": """\
async def verify_jwt(authorization: str = Header(None)):
    return "demo-user"
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

def tenant_settings():
    return Settings(id="main")

def account(authorization: str = Header("")):
    return {"sub": "guest"}

def raw_token(authorization: str = Header("")):
    return authorization.partition(" ")[2]

def verify(token: str = Depends(raw_token)):
    name, _, mac = token.partition(".")
    if not hmac.compare_digest(mac, digest(name)):
        raise HTTPException(401)
    return {"sub": name}

@app.get("/boats")
def boats(owner=Depends(verify), settings=Depends(tenant_settings), who=Depends(account)):
    return owner
""",
                "lib/viewer.ts": """\
export async function getViewer(headers) {
  const session = await auth.api.getSession({ headers });
  return { id: session.user.id };
}
""",
            }
        ),
        Case(
            {
                "auth.py": """\
async def verify_jwt(token: str):
    return jwt.decode(token, KEY, algorithms=["HS256"])["sub"]
"""
            }
        ),
    ),
)
