import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.facts._held import Held, is_hashed
from authpact.review.facts._logs import BY_HAND, Line, label, origin
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_MESSAGE: Final = "A token, or the beginning of one, is logged."
_KIND: Final = r"(?:session|access|refresh|auth|jwt|bearer|raw|id|user|cached|oauth|app|login)"
_TOKEN: Final = lazy(
    rf"^(?:(?:new|current|the)?_?{_KIND}_?)*(?:token|jwt)(?:_?str(?:ing)?|_?value)?$"
    rf"|^{_KIND}_?tokens$|^authorization$|^auth_?header$|^(?:better-auth\.)?session_token$",
    re.IGNORECASE,
)
_WHOLE: Final = lazy(
    r"(?:^|\.)credentials\.credentials$|^document\.cookie$|^(?:request|req|websocket|ws)\.(?:cookies|headers)$"
)
_ABOUT: Final = lazy(r"auth|session|bearer|cookie|jwt|oauth|credential", re.IGNORECASE)
_SESSION: Final = lazy(r"\bauth\.api\.getSession\(")
_BROWSER: Final = lazy(
    r"[\"']use client[\"']|\bwindow\b|\b(?:local|session)Storage\b|\bdocument\.|\buse(?:State|Effect|Session)\("
)
_ISSUED: Final = lazy(
    r"^\w*(?:auth|client)\w*(?:\.api)?\.(?:token|getAccessToken|getToken)\(|^getAccessToken\(",
    re.IGNORECASE,
)
_COOKIES: Final = lazy(r"for\s+\w+\s*,\s*(\w+)\s+in\s+[\w.]*cookies\.items\(\)")
_STORES: Final = frozenset({"update_one", "insert_one", "find_one_and_update", "replace_one"})
_FIND: Final = lazy(r"^([\w.]+)\.find_one(?:_and_update)?\(")


def _sessions(module: Module) -> frozenset[str]:
    """Return the names of a server's script that hold a whole session, its token included."""
    names: set[str] = set()
    if any(i.module.startswith("next-auth") for i in module.imports):
        return frozenset()
    for one in module.assignments:
        if _SESSION.search(one.value.removeprefix("await ").strip()[:60]):
            names |= set(re.findall(r"(\w+)\s*(?=[,}=]|$)", one.target))
    return frozenset(names)


def _stores(facts: Facts) -> frozenset[str]:
    """Return the collections into whose documents tokens are written."""
    return frozenset(
        call.name.rpartition(".")[0]
        for module in facts.python
        for call in module.called(*_STORES)
        if re.search(r"[a-z]_tokens?\b", " ".join(a.text for a in call.arguments))
    )


def _found_in(module: Module, function: Function | None, name: str) -> str:
    """Return the collection that a name was read from, empty for none."""
    found = _FIND.match(origin(module, function, name))
    return found[1] if found else ""


def _is_document(facts: Facts, stores: frozenset[str], line: Line, name: str) -> bool:
    """Whether a name holds a document with tokens, read here or by a function called here."""
    if not stores or not re.fullmatch(r"\w+", name):
        return False
    if _found_in(line.module, line.function, name) in stores:
        return True
    called = re.match(r"([\w.]+)\(", origin(line.module, line.function, name))
    found = facts.project.function(line.module, called[1]) if called else None
    if found is None:
        return False
    returned = re.findall(r"\breturn\s+(\w+)\s*$", found[1].text, re.MULTILINE)
    return any(_found_in(*found, inner) in stores for inner in returned)


def _is_token(line: Line, value: str) -> bool:
    if _WHOLE.search(value):
        return True
    text = line.function.text if line.function else ""
    if value in _COOKIES.findall(text):
        return True
    if re.fullmatch(r"\w+", value) and _ISSUED.match(origin(line.module, line.function, value)):
        return line.module.language == "script"
    if not _TOKEN.match(label(value)) or re.search(rf"\bfor\s+{re.escape(value)}\s+in\b", text):
        return False
    return bool(_ABOUT.search(line.module.path) or _ABOUT.search(line.module.code))


def _is_whole_object(line: Line, value: str) -> bool:
    """Whether a browser's console shows an object that holds the value: its user has it already."""
    if line.module.language != "script" or not _BROWSER.search(line.module.code):
        return False
    texts = [a.text.strip() for a in line.call.arguments]
    names = [t for t in texts if re.fullmatch(r"\w+", t)]
    held = any(origin(line.module, line.function, n).startswith("{") for n in names)
    return held and not any(re.search(rf"\b{re.escape(value)}\b", t) for t in texts)


def _holds(held: Held, line: Line, value: str) -> bool:
    """Whether a value is a name that got a token from a header, a verifier or a signer."""
    if line.function is None or not re.fullmatch(r"[A-Za-z_$][\w$]*", value):
        return False
    return value in held.tokens(line.module, line.function)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that carry a token or a part of it."""
    held_tokens = Held(facts.project, facts.tokens)
    stores, sessions = _stores(facts), {m.path: _sessions(m) for m in facts.scripts}
    for line in facts.log_lines:
        if BY_HAND.search(line.module.path):
            continue
        held = sessions.get(line.module.path, frozenset())
        if any(
            _is_token(line, v)
            or v in held
            or _holds(held_tokens, line, v)
            or _is_document(facts, stores, line, v)
            for v in line.values
            if not _is_whole_object(line, v) and not is_hashed(line, v)
        ):
            severity = Severity.LOW if is_client(line.module) else None
            yield at(line.module, line.call, _MESSAGE, severity)


RULE = Rule(
    requirement="logging:no-tokens",
    category="token-logged",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A token is written to the log.",
    why="Whoever reads the logs can act as the user.",
    remedy="Log the token id or the subject, never the token.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def read(token):
    logger.info(f"token: {token[:50]}")
"""
            }
        ),
        Case(
            {
                "api.ts": """\
export async function call() {
  const found = await authClient.token();
  console.log("found", found);
}
"""
            }
        ),
        Case(
            {
                "chat.tsx": """\
export async function send(authToken) {
  console.log("sending", { url, token: authToken.substring(0, 20) + "..." });
  return fetch(url, { headers: { Authorization: `Bearer ${authToken}` } });
}
"""
            }
        ),
        Case(
            {
                "page.tsx": """\
export default async function Page() {
  const session = await auth.api.getSession({ headers: await headers() });
  console.log("session", session);
}
"""
            }
        ),
        Case(
            {
                "debug.py": """\
def seen(request):
    for name, content in request.cookies.items():
        log.info(f"{name}: {content}")
"""
            }
        ),
        Case({"auth.py": 'def seen(request):\n    print("headers", dict(request.headers))\n'}),
        Case(
            {
                "accounts.py": """\
def save(user_id, value):
    accounts.update_one({"_id": user_id}, {"$set": {"access_tokens.mail": value}})

def load(user_id):
    found = accounts.find_one({"_id": user_id})
    return found

def show(user_id):
    person = load(user_id)
    print("person", person)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def refuse(request):
    header = request.headers.get("authorization", "")
    word = header.split(" ", 1)[0]
    token_id = request.path_params["token_id"]
    log.info("refused %s %s %s", word, len(header), token_id)
"""
            }
        ),
        Case(
            {
                "bar.tsx": """\
import { authClient } from "@/lib/auth-client";
export function Bar() {
  const { data: current, isPending } = authClient.useSession();
  console.log(JSON.stringify(current, null, 2));
}
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
export function keep(result) {
  const kept = { user: result.user, token: result.token };
  localStorage.setItem("session", JSON.stringify(kept));
  console.log("kept", kept);
}
"""
            }
        ),
        Case(
            {
                "page.tsx": """\
async function load(user) {
  const answer = await api.post("/a", {}, { headers: user.token ? { Authorization: user.token } : {} });
  console.log("answer", answer);
}
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def read(token):
    logger.info("token refused: %s", code)
    logger.info(f"{len(token)} {bool(token)} {'yes' if token else 'no'} {token_type}")
"""
            }
        ),
        Case(
            {
                "lexer.py": """\
def show(doc, author):
    for token in doc:
        print(token)
"""
            }
        ),
        Case(
            {
                "page.tsx": """\
export default async function Page() {
  const session = await auth.api.getSession({ headers: await headers() });
  console.log("session", !!session, session?.user.id, session ? "in" : "out");
}
"""
            }
        ),
        Case({"scripts/make-token.ts": "const token = await mint(auth);\nconsole.log(token);\n"}),
    ),
)
