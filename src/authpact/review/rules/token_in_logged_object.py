import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import in_browser
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import Line, carrying
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy

_WORD: Final = (
    r"(?:(?:access|session|refresh|auth|id|bearer|jwt)_?)?token|jwt|authorization"
    r"|(?:access|session|refresh|auth|id)Token|[Aa]uth_?[Hh]eader"
)
_KEY: Final = rf"(?:\.get\(\s*|\[\s*)[\"'](?:{_WORD}|Authorization)[\"']"
_MEMBER: Final = rf"(?:\??\.data)?(?:\??\.(?:{_WORD})\b|\[[\"'](?:{_WORD})[\"']\])(?!\s*=[^=])"
_CARRIES: Final = lazy(
    r"[\"']?Authorization[\"']?\s*:(?!\s*[\"'][^\"'{}]*[\"']\s*[,}])", re.IGNORECASE
)
_GIVEN: Final = lazy(
    r"\[\s*[\"']Authorization[\"']\s*\]\s*=(?!\s*[\"'][^\"'{}\n]*[\"']\s*$)", re.IGNORECASE
)
_ANSWER: Final = lazy(
    r"^\(?\w+\.json\(\s*\)|^(?:axios|api|client|http|instance|\$?fetch|ky)\w*(?:\.\w+)*\("
    r"|^\w+\.data$|\.(?:signIn|signUp)\.email\(",
)
_NAME: Final = lazy(r"^[A-Za-z_]\w*$")


def _taken_from(function: Function, name: str) -> bool:
    """Whether a function of Python takes a token out of an object."""
    return bool(re.search(rf"(?<![\w.]){re.escape(name)}{_KEY}", function.text))


def _made(line: Line, function: Function, name: str) -> str:
    """Return the code of the last assignment to a name before the log line."""
    found = [
        a.value
        for a in line.module.assignments
        if a.target == name and function.line <= a.line <= line.call.line
    ]
    return found[-1].strip().removeprefix("await ").strip() if found else ""


def _is_header(function: Function, name: str) -> bool:
    """Whether a name is what a call sends as its headers."""
    return bool(
        re.search(
            rf"(?<![\w.]){re.escape(name)}{_GIVEN.pattern}",
            function.text,
            re.MULTILINE | re.IGNORECASE,
        )
    )


def _holds_header(facts: Facts, line: Line, name: str) -> bool:
    """Whether a name holds headers with a token, made here or by a function of the tree."""
    function = line.function
    if function is None:
        return False
    made = _made(line, function, name)
    if made.startswith("{"):
        return bool(_CARRIES.search(made)) or _is_header(function, name)
    called = re.match(r"([\w.]+)\(", made)
    found = facts.project.function(line.module, called[1]) if called else None
    return found is not None and _gives_header(found[1])


def _gives_header(function: Function) -> bool:
    """Whether a function returns headers with a token, and not what it got with their help."""
    for value in re.findall(
        r"\breturn\s+(\{[^{}]*\}|\w+(?=\s*;?\s*$))", function.text, re.MULTILINE
    ):
        made = rf"\b{re.escape(value)}\b[^=\n]*=\s*\{{[^{{}}]*{_CARRIES.pattern}"
        if value.startswith("{"):
            if _CARRIES.search(value):
                return True
        elif _is_header(function, value) or re.search(made, function.text, re.IGNORECASE):
            return True
    return False


def _in_script(facts: Facts, line: Line, name: str) -> bool:
    """Whether a script logs the whole answer to a sign-in, or a server the headers of a call."""
    function = line.function
    if function is None:
        return False
    made = _made(line, function, name)
    if _ANSWER.search(made):
        taken = rf"(?<![\w.]){re.escape(name)}{_MEMBER}"
        apart = (
            rf"\{{[^{{}}]*\b(?:{_WORD})\b[^{{}}]*\}}\s*=\s*{re.escape(name)}(?:\.data)?\s*;?\s*$"
        )
        return bool(
            re.search(taken, function.text) or re.search(apart, function.text, re.MULTILINE)
        )
    return not in_browser(line.module) and _holds_header(facts, line, name)


def _is_whole(line: Line, name: str) -> bool:
    """Whether an object is written with its values, not only its keys."""
    written = " ".join(a.text for a in line.call.arguments)
    if not _NAME.match(name):
        return False
    only_keys = ("list(", "sorted(", "set(", "Object.keys(")
    return not any(f"{call}{name})" in written for call in only_keys)


def _carries(facts: Facts, line: Line, name: str) -> bool:
    if line.function is None or not _is_whole(line, name):
        return False
    if line.module.language == "script":
        return _in_script(facts, line, name)
    return _taken_from(line.function, name) or _holds_header(facts, line, name)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines with a whole object that a token is a part of."""
    for line, found in carrying(facts.log_lines, partial(_carries, facts)):
        low = Severity.LOW if in_browser(line.module) else None
        yield at(line.module, line.call, f"{found} is logged with the token inside.", low)


RULE = Rule(
    requirement="logging:no-tokens",
    category="token-logged",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="An object is logged with the token inside.",
    why="Whoever reads the logs can act as the user.",
    remedy="Log the names that are needed, one by one; never headers or the answer to a sign-in.",
    check=check,
    flagged=(
        Case(
            {
                "tools.py": """\
def call(parameters):
    print(f"called with {parameters}")
    token = parameters.get("session_token", "")
    return ask(token)
"""
            }
        ),
        Case(
            {
                "client.py": """\
def build(token=None):
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return headers

def items(token):
    headers = build(token)
    logger.debug("GET /items %s", headers)
    return httpx.get("/items", headers=headers)
"""
            }
        ),
        Case(
            {
                "login.py": """\
def login(name, word):
    answer = httpx.post("/login", json={"n": name, "w": word}).json()
    log.info("answer: %s", json.dumps(answer))
    return answer["access_token"]
"""
            }
        ),
        Case(
            {
                "lib/login.ts": """\
export async function login(body) {
  const response = await fetch("/login", { method: "POST", body });
  const data = await response.json();
  console.log("answer", JSON.stringify(data));
  localStorage.setItem("kept", data.access_token);
}
"""
            }
        ),
        Case(
            {
                "app/api/items/route.ts": """\
export async function GET(request) {
  const headers = { Authorization: `Bearer ${await issued(request)}` };
  console.log("calling", headers);
  return fetch(API, { headers });
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "mail.py": """\
def rates(token: str) -> dict:
    answer = client.get("/rates", headers={"Authorization": f"Bearer {token}"})
    return answer.json()

def scan(token: str):
    found = rates(token)
    log.debug("scanned", found=found)
"""
            }
        ),
        Case(
            {
                "client.py": """\
def items(token, parameters):
    headers = {"Accept": "application/json", "Authorization": "***"}
    logger.debug("GET %s %s %s", headers, list(parameters), parameters.get("page"))
    return ask(parameters.get("token"))
"""
            }
        ),
        Case(
            {
                "lib/login.ts": """\
export async function login(body) {
  const response = await fetch("/login", { method: "POST", body });
  const data = await response.json();
  console.log("status", response.status, !!data.access_token, Object.keys(data), data.user.id);
  localStorage.setItem("kept", data.access_token);
}

export async function items() {
  const data = await (await fetch("/items")).json();
  console.log("items", data);
}
"""
            }
        ),
    ),
)
