import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_HELD: Final = lazy(
    r"[\"'`]Bearer (?:\$\{\s*((?:this\.)?[#\w]+)\s*[!?]?\s*\}|[\"']\s*\+\s*(this\.\w+))"
)
_EMPTY: Final = frozenset({"null", "undefined", '""', "''", "``"})


def _setter(module: Module, name: str) -> Function | None:
    """Return the one function by which a field or variable of a module gets its value."""
    if not _starts_empty(module, name):
        return None
    found: list[Function] = []
    for one in module.assignments:
        if one.target != name or one.value in _EMPTY:
            continue
        function = module.functions[one.function] if one.function >= 0 else None
        if function is None or one.value not in {p.name for p in function.parameters}:
            return None
        found.append(function)
    return found[0] if len(found) == 1 else None


def _starts_empty(module: Module, name: str) -> bool:
    """Whether a variable of the module, or a field of a class, begins without a value."""
    field = name.removeprefix("this.")
    if field == name:
        return any(a.target == name and a.function < 0 for a in module.assignments)
    # Fields of classes are no assignments.
    begun = rf"(?<![.\w])(?<!const )(?<!let ){re.escape(field)}\s*(?::[^=\n;(){{}}]+)?=(?!=)\s*([^\n;]+)"
    return all(value.strip() in _EMPTY for value in re.findall(begun, module.code))


def _is_called(facts: Facts, module: Module, setter: Function) -> bool:
    """Whether any script names the setter, apart from files with one of their own."""
    named = re.compile(rf"\b{re.escape(setter.name)}\b")
    for other in facts.scripts:
        if other is module:
            if len(named.findall(module.code)) > 1:
                return True
        elif setter.name in other.code and named.search(other.code):
            own = any(f.name == setter.name for f in other.functions)
            if not own or module.path in facts.loaded.asked_by(other.path):
                return True
    return False


def _is_written(facts: Facts, module: Module, field: str) -> bool:
    """Whether another file gives the field its value."""
    written = re.compile(rf"\.{re.escape(field)}\s*=(?!=)")
    return any(field in m.code and written.search(m.code) for m in facts.scripts if m is not module)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield clients of the API that send a token which no code ever gives them."""
    if not facts.verifications or not any(r.protected for r in facts.served):
        return
    for module in facts.browser:
        for line, match in lines_matching(module.code, _HELD):
            name = match[1] or match[2]
            setter = _setter(module, name)
            if setter is None or setter.name in {"", "constructor"}:
                continue
            if _is_called(facts, module, setter) or facts.loaded.is_dead(module.path):
                continue
            if not _is_written(facts, module, name.removeprefix("this.")):
                yield at(module, line, f"Nothing calls {setter.name}: there is never a token here.")
                break


_API: Final = """\
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()

def current_user(sent=Depends(HTTPBearer())):
    return jwt.decode(sent.credentials, KEY, algorithms=["HS256"])["sub"]

@app.get("/notes")
def notes(user=Depends(current_user)):
    return []
"""
_CLIENT: Final = """\
class Notes {
  private token: string | null = null;
  useToken(token: string) { this.token = token; }
  list() {
    return fetch(`${BASE}/notes`, { headers: this.token ? { Authorization: `Bearer ${this.token}` } : {} });
  }
}
export const notes = new Notes();
"""

RULE = Rule(
    requirement="access:authenticated",
    category="missing-bearer-on-client",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Nothing hands the client the token that it sends.",
    why="The field stays empty: protected routes refuse the calls, others answer strangers.",
    remedy="Fetch the token in the function that sends it, or call the setter after sign-in.",
    check=check,
    flagged=(
        Case({"api/main.py": _API, "web/notes.ts": _CLIENT}),
        Case(
            {
                "api/main.py": _API,
                "web/send.ts": """\
let bearer: string | null = null;
export function remember(value: string) { bearer = value; }
export const send = (path) => fetch(BASE + path, { headers: bearer ? { Authorization: `Bearer ${bearer}` } : {} });
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/main.py": _API,
                "web/notes.ts": _CLIENT,
                "web/form.ts": 'import { notes } from "./notes";\nnotes.useToken(await token());\n',
            }
        ),
        Case(
            {
                "api/main.py": _API,
                "web/notes.ts": _CLIENT.replace("= null;", '= localStorage.getItem("token");'),
            }
        ),
        Case(
            {
                "api/main.py": _API,
                "web/notes.ts": _CLIENT.replace("useToken(token", "constructor(token"),
            }
        ),
    ),
)
