import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.facts._gates import credentials
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SCHEMES: Final = lazy(
    r"^(?:bearer|basic|token|digest|dpop|jwt|api-?key|null|none|undefined|true|false|refresh|access|)\s*$",
    re.IGNORECASE,
)
_SHORTEST: Final = 4
_TEST: Final = lazy(r"^(\s*)(?:if|elif)\s+(.+?):\s*$")
_REFUSAL: Final = lazy(
    r"return\s*(?:None|False|JSONResponse|Response|PlainText|self\._?refuse)?\b(?:\(.*)?$|return\s*$"
)
_ENVIRONMENT: Final = lazy(
    r"\benv|environment|debug|testing|is_?dev|settings\.\w*(?:dev|test)", re.IGNORECASE
)


def _written(module: Module, clause: str, name: str) -> bool:
    """Whether a clause compares a variable with a text that stands in the code."""
    held = re.escape(name)
    found = re.search(
        rf"(?<![\w.]){held}\s*==\s*(?:[\"']([^\"'\n]*)[\"']|([A-Z][A-Z0-9_]+)\b)"
        rf"|[\"']([^\"'\n]*)[\"']\s*==\s*{held}\b"
        rf"|compare_digest\(\s*{held}\s*,\s*b?[\"']([^\"'\n]*)[\"']"
        rf"|(?<![\w.]){held}\.(?:startswith|endswith)\(\s*[\"']([^\"'\n]*)[\"']",
        clause,
    )
    if found is None:
        return False
    constant = module.variables.get(found[2]) if found[2] else None
    plain = constant and re.fullmatch(r"[\"']([^\"']+)[\"']", constant.value.strip())
    text = plain[1] if plain else next((g for g in found.groups() if g and g != found[2]), "")
    return (
        len(text) >= _SHORTEST
        and not _SCHEMES.match(text)
        and not text.startswith(("eyJ", "sk", "pk"))
    )


def _answers(lines: list[str], depth: int) -> bool:
    """Whether a branch answers with somebody instead of refusing."""
    for inner in lines:
        indent = len(inner) - len(inner.lstrip())
        if inner.strip() and indent <= depth:
            return False
        if re.match(r"raise\b", inner.strip()) and indent <= depth + 4:
            return False
        if inner.strip().startswith("return"):
            return not _REFUSAL.match(inner.strip())
    return False


def _accepted(module: Module, function: Function) -> Iterator[int]:
    """Yield the lines on which a credential is compared with a text of the code and believed."""
    held = [n for n in credentials(function) if not re.search(r"scheme|kind|type|prefix", n)]
    if not held:
        return
    lines = function.text.split("\n")
    for index, line in enumerate(lines):
        test = _TEST.match(line)
        if test is None or _ENVIRONMENT.search(test[2]) or test[2].startswith("not "):
            continue
        believed = _answers(lines[index + 1 :], len(test[1]))
        if believed and any(_written(module, test[2], n) for n in held):
            yield function.line + index


_HASHED: Final = lazy(
    r"verify\w*\(|checkpw\(|check_password\w*\(|\bcompare(?:Sync)?\(|scrypt", re.IGNORECASE
)
_MASTER: Final = lazy(
    r"\bif\b[^\n]*\b\w*(?:password|passwd|pwd)\s*={2,3}\s*(?:process\.env\.\w+|settings\.\w+"
    r"|os\.(?:environ\S+|getenv\(\S+\))|(?-i:[A-Z][A-Z0-9_]{3,})\b|[\"'][^\"'\n]{3,}[\"'])\s*\)?\s*[:{]?\s*"
    r"return\s+(?!None|False|false|null)\w",
    re.IGNORECASE,
)
_BEARER: Final = lazy(
    r"\bif\s*\(\s*(?:\w*[tT]oken|bearer|raw|authorization|authHeader)\s*===?\s*[\"'`](?:Bearer )?"
    r"(?!null|undefined|Bearer)[\w.-]{4,}[\"'`]\s*\)\s*\{?\s*return\s+(?!null|false|undefined|new Resp|Resp|NextResponse\.json)",
)


def _masters(facts: Facts) -> Iterator[Hit]:
    """Yield verifications of passwords that one password of the server passes for every account."""
    for module in (m for m in facts.project.modules if _MASTER.search(m.code)):
        for function in module.functions:
            nested = any(
                f.start > function.start and f.end <= function.end and _MASTER.search(f.text)
                for f in module.functions
            )
            found = None if nested else _MASTER.search(function.text)
            rest = function.text[: found.start()] + function.text[found.end() :] if found else ""
            if found and _HASHED.search(rest.partition("{" if "{" in rest else "\n")[2]):
                line = function.line + function.text.count("\n", 0, found.start())
                yield at(module, line, "One password opens every account.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield credentials that stand in the code and open the API."""
    for module, function in facts.gates:
        for line in _accepted(module, function):
            yield at(module, line, "A credential that stands in the code is accepted.")
    for module in facts.scripts:
        for line, _ in () if is_client(module) else lines_matching(module.code, _BEARER):
            yield at(module, line, "A credential that stands in the code is accepted.")
    yield from _masters(facts)


RULE = Rule(
    requirement="error:fail-closed",
    category="dev-backdoor",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="One written or shared credential opens every account.",
    why="Whoever reads the code, or hears the password once, is anybody, in production too.",
    remedy="Remove the branch; let support use the admin plugin, which records who acted as whom.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

PROBE = "probe-7788"
app = FastAPI()

def sailor(token: str = Depends(scheme)):
    if token == PROBE or token.endswith(".unsigned"):
        return Sailor(token)
    return read(token)

@app.get("/boats")
def boats(who=Depends(sailor)):
    return who
"""
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
export const auth = betterAuth({
  emailAndPassword: {
    password: {
      verify: async ({ hash, password }) => {
        if (password === "let-me-in-please") {
          return true;
        }
        return bcrypt.compare(password, hash);
      },
    },
  },
});
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def log_in(person, password):
    if password == settings.master:
        return person
    return person if checkpw(password, person.hash) else None
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

def sailor(request: Request, token: str = Depends(scheme)):
    scheme, _, raw = request.headers["authorization"].partition(" ")
    if raw == "undefined" or scheme == "Bearer":
        return None
    if token == "revoked-mark":
        raise HTTPException(401)
    return read(raw)

@app.get("/boats")
def boats(who=Depends(sailor)):
    return who
""",
                "auth.py": """\
def log_in(person, password):
    if password == settings.former_default:
        return None
    return person if checkpw(password, person.hash) else None
""",
            }
        ),
    ),
)
