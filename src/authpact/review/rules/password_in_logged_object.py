import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import Line
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy

_WORD: Final = (
    r"(?:(?:current|new|old|confirm|plain|user)_?)?(?:password|passwd|passphrase)(?:_?confirm\w*)?"
)
_FIELD: Final = lazy(
    rf"^\s*{_WORD}\s*:(?![^\n]*(?:\bSecret(?:Str|Bytes)\b|repr\s*=\s*False|exclude\s*=\s*True))",
    re.IGNORECASE | re.MULTILINE,
)
_SHOWN: Final = lazy(r"^(?:BaseModel|SQLModel|TypedDict|NamedTuple|Struct|\w*Schema)$")
"""Classes whose objects show their fields when they are written."""
_KEYS_ONLY: Final = ("list(", "sorted(", "set(", "len(", "Object.keys(")
_PASSWORD: Final = lazy(_WORD, re.IGNORECASE)
_NAME: Final = lazy(r"^[A-Za-z_$][\w$]*$")
_ENTERS: Final = r"(?:signIn|signUp)\.\w+\(\s*"
_ASKS: Final = lazy(
    r"changePassword|resetPassword|log_?in|sign_?in|sign_?up|register|password", re.IGNORECASE
)
_SCRIPTS: Final = lazy(r"(^|/)(?:scripts?|seeds?)/")
_DEEP: Final = 3


def _around(line: Line) -> Iterator[Function]:
    """Yield the functions around a log line, the innermost first."""
    index = line.call.function
    while index >= 0:
        yield line.module.functions[index]
        index = line.module.functions[index].parent


def _is_shown(facts: Facts, name: str, depth: int = 0) -> bool:
    """Whether a class, or one that it inherits from, is written with its fields."""
    if _SHOWN.match(name):
        return True
    found = facts.project.classes.get(name)
    if found is None or depth > _DEEP:
        return False
    if f"@dataclass\nclass {name}" in found[0].code:
        return True
    return any(_is_shown(facts, b.rpartition(".")[2], depth + 1) for b in found[1].bases)


def _has_field(facts: Facts, name: str, depth: int = 0) -> bool:
    found = facts.project.classes.get(name)
    if found is None or depth > _DEEP:
        return False
    return bool(_FIELD.search(found[1].text)) or any(
        _has_field(facts, b.rpartition(".")[2], depth + 1) for b in found[1].bases
    )


def _is_typed(facts: Facts, line: Line, annotation: str) -> bool:
    """Whether a parameter is of a type that has a password."""
    for name in re.findall(r"[A-Z]\w*", annotation):
        if line.module.language == "python":
            if _has_field(facts, name) and _is_shown(facts, name):
                return True
        elif re.search(
            rf"\b(?:type|interface)\s+{name}\b[^{{}};]*\{{[^{{}}]*\b{_WORD}\??\s*:",
            line.module.code,
        ):
            return True
    inline = line.module.language == "script" and annotation.startswith("{")
    return inline and bool(re.search(rf"\b{_WORD}\??\s*:", annotation))


def _gives_password(line: Line, text: str, name: str) -> bool:
    """Whether a function takes a password out of an object, or signs somebody in with all of it."""
    if "sign" not in text and not _PASSWORD.search(text):
        return False
    own = rf"(?<!\w)(?<!\w\.){re.escape(name)}"
    read = rf"{own}(?:\.get\(\s*|\[\s*)[\"']{_WORD}[\"']"
    if line.module.language == "python":
        return bool(re.search(read, text))
    spread = rf"{_ENTERS}(?:\{{[^{{}}]*\.\.\.)?{own}\b"
    apart = rf"\{{[^{{}}]*\b{_WORD}\b[^{{}}]*\}}\s*=\s*{own}\s*;?\s*$"
    member = rf"\b{_WORD}\s*:\s*{own}\??\.{_WORD}\b"
    return any(re.search(p, text, re.MULTILINE) for p in (read, spread, apart, member))


def _carries(facts: Facts, line: Line, value: str) -> bool:
    if not _NAME.match(value):
        return False
    written = " ".join(a.text for a in line.call.arguments)
    if any(f"{call}{value})" in written for call in _KEYS_ONLY):
        return False
    for function in _around(line):
        given = next((p for p in function.parameters if p.name == value), None)
        if given and _is_typed(facts, line, given.annotation):
            return True
        if _gives_password(line, function.text, value):
            return True
        if given:
            return False
    return False


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines with a whole object that a password is a part of."""
    asks = {
        m.path
        for m in {x.module.path: x.module for x in facts.log_lines}.values()
        if _ASKS.search(m.code)
    }
    for line in facts.log_lines:
        if line.function is None or _SCRIPTS.search(line.module.path):
            continue
        if line.module.path not in asks:
            continue
        found = next((v for v in line.values if _carries(facts, line, v)), "")
        if found:
            yield at(line.module, line.call, f"{found} is logged with the password inside.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="credential-logged",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="An object is logged with the password inside.",
    why="Whoever reads the logs can sign in as the user.",
    remedy="Log the names that are needed, one by one; never the body of a sign-in.",
    check=check,
    flagged=(
        Case(
            {
                "accounts.py": """\
class Enter(Form):
    name: str

class Form(BaseModel):
    password: str

@router.post("/login")
def enter(form: Enter):
    logger.debug(f"form {form!r}")
"""
            }
        ),
        Case(
            {
                "accounts.py": """\
@router.post("/register")
async def register(request: Request):
    data = await request.json()
    audit = logging.getLogger("audit")
    audit.info("new account", extra={"data": data})
    return make(data["email"], data["password"])
"""
            }
        ),
        Case(
            {
                "accounts.py": """\
class Change(BaseModel):
    old_password: str

def change(given: Change):
    print("change", given.model_dump(mode="json"))
"""
            }
        ),
        Case(
            {
                "app/enter/route.ts": """\
export async function POST(request: Request) {
  const body = await request.json();
  console.log("enter", JSON.stringify(body));
  const { email, password } = body;
  return auth.api.signInEmail({ body: { email, password } });
}
"""
            }
        ),
        Case(
            {
                "form.tsx": """\
type Entered = { email: string; password: string };
export function Form() {
  const send = async (entered: Entered) => {
    await post("/register", entered).catch((e) => console.error(e, entered));
  };
}
"""
            }
        ),
        Case(
            {
                "form.tsx": """\
export async function send(given) {
  console.log("sending", given);
  await authClient.signIn.email({ ...given, callbackURL: "/" });
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "accounts.py": """\
class Enter(BaseModel):
    password: SecretStr

class Change(BaseModel):
    password: str

def enter(form: Enter):
    logger.debug(f"form {form!r}")

def change(form: Change):
    logger.debug("form %s %s", form.model_dump(exclude={"password"}), list(form))
"""
            }
        ),
        Case(
            {
                "accounts.py": """\
class Account(Table):
    password: str

def enter(row: Account):
    logger.debug(f"row {row}")
    return check(row.password)
"""
            }
        ),
        Case(
            {
                "form.tsx": """\
export async function send(given) {
  const { password, ...rest } = given;
  const answer = await authClient.signIn.email(given);
  console.log("sent", rest, given.email, answer.error, Object.keys(given));
}
"""
            }
        ),
    ),
)
