import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Mend, Severity
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._environment import is_secret_name
from authpact.review.facts._facts import Facts
from authpact.review.facts._stand_ins import is_published
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import literal, split

_SCRIPT: Final = lazy(
    r"(?:process\.|\b)env(?:\.|\[[\"'])(\w+)(?:[\"']\])?!?(?:\.trim\(\))?\s*(?:\|\||\?\?|\?\s*process\.env\.\w+\s*:)\s*(?:\n\s*)?(?:process\.env\.\w+\s*(?:\|\||\?\?)\s*)*([\"'`])([^\"'`\n]+)\2"
)
_GETENV: Final = lazy(
    r"(?:getenv|environ\.get|environ\.setdefault|config|\benv(?:\.str|\.get)?)\(\s*[\"'](\w+)[\"']\s*,\s*(?:default\s*=\s*)?([\"'])([^\"'\n]+)\2"
)
_NAMED: Final = lazy(
    r"(?:getenv|environ\.get)\(\s*[\"'](\w+)[\"']\s*,\s*((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\s*\)"
)
_SCHEMA: Final = lazy(
    r"\b(\w+)\s*:\s*z\.string\(\)(?:\s*\.\w+\([^()\n]*\))*?\s*\.default\(\s*([\"'`])([^\"'`\n]+)\2"
)
_TAKEN_APART: Final = lazy(
    r"[{,]\s*(\w+)\s*=\s*([\"'`])([^\"'`\n]+)\2(?=[^{}]*\}\s*=\s*(?:process\.)?env\b)"
)
_WRAPPED: Final = lazy(
    r"(?:[Ff]ield\(|(?=SecretStr\())\s*(?:default\s*=\s*|default_factory\s*=\s*lambda\s*:\s*)?(?:SecretStr\(\s*)?([\"'][^\"']+[\"'])"
)


def _fields(module: Module) -> Iterator[tuple[int, str, str]]:
    for one in module.assignments:
        if not one.owner or one.function >= 0 or not is_secret_name(one.target):
            continue
        value = literal(one.value)
        if value is None:
            inner = _WRAPPED.match(one.value)
            value = literal(inner[1]) if inner else None
        refused = value and re.search(rf"(?:==|\bin\b)[^\n]*[\"']{re.escape(value)}", module.code)
        if value and not refused:
            yield one.line, one.target, value


def _alternatives(module: Module) -> Iterator[tuple[int, str, str]]:
    """Yield `secret or "literal"`, over any number of names and lines."""
    for one in module.assignments:
        if " or" not in one.value:
            continue
        parts = split(" ".join(one.value.strip("()").split()), " or ")
        value = literal(parts[-1]) if len(parts) > 1 else None
        name = next((n for n in (one.target, *parts[:-1]) if is_secret_name(n)), "")
        if name and value:
            yield one.line + one.value.count("\n"), name.rpartition(".")[2], value


def _constants(facts: Facts, module: Module) -> Iterator[tuple[int, str, str]]:
    """Yield variables whose stand-in is a constant of the tree."""
    for _, line, match in facts.matches((module,), _NAMED):
        found = facts.evaluator.value(module, match[2], line)
        if found.literals and not found.environment:
            yield line, match[1], found.literals[-1]


_RETURNED: Final = lazy(
    r"\breturn\s+(?:os\.)?(?:getenv|environ\.get)\(\s*[\"'](\w+)[\"']\s*\)\s*or\s*([\"'])([^\"'\n]+)\2"
)
_KEPT: Final = lazy(r"^(\w+)\s*(?:\|\||\?\?)\s*([\"'`])([^\"'`\n]+)\2")
_READ: Final = lazy(r"^process\.env\.(\w+)!?$")


def _kept_first(facts: Facts) -> Iterator[tuple[Module, int, str, str, Mend | None]]:
    """Yield stand-ins for a variable that was first kept under a name of its own."""
    for module in facts.scripts:
        names = {a.target: r[1] for a in module.assignments if (r := _READ.match(a.value.strip()))}
        for one in (*module.assignments, *module.pairs) if names else ():
            found = _KEPT.match(one.value.strip())
            if found and found[1] in names:
                yield module, one.line, names[found[1]], found[3], None


def _in_code(facts: Facts) -> Iterator[tuple[Module, int, str, str, Mend | None]]:
    for module in facts.python:
        rows = (*_fields(module), *_alternatives(module), *_constants(facts, module))
        yield from ((module, *row, None) for row in rows)
    for module, line, match in facts.matches(facts.python, _GETENV):
        read = re.compile(r"\bos\." + re.escape(match[0]) + r"\s*\)").search(module.lines[line - 1])
        demand = f'os.environ["{match[1]}"]'
        mend = swap(module.text, line, read[0], demand) if read else None
        yield module, line, match[1], match[3], mend
    for module, line, match in facts.matches(facts.python, _RETURNED, "return"):
        yield module, line, match[1], match[3], None
    for module, line, match in facts.matches(facts.scripts, _SCRIPT):
        if "createHash(" in module.lines[line - 1]:
            continue  # a salt: whoever knows it still has to guess
        alone = match[0].count("process.env") == 1
        mend = swap(module.text, line, match[0], f"process.env.{match[1]}") if alone else None
        yield module, line, match[1], match[3], mend
    yield from _kept_first(facts)
    for pattern in (_SCHEMA, _TAKEN_APART):
        for module, line, match in facts.matches(facts.scripts, pattern):
            yield module, line, match[1], match[3], None


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that a published literal replaces when the variable is missing."""
    for module, line, name, value, mend in _in_code(facts):
        if is_secret_name(name) and is_published(module, line, value):
            yield at(module, line, f"A literal stands in when {name} is missing.", mend=mend)


RULE = Rule(
    requirement="key:no-example-values",
    category="default-secret-fallback",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A published literal is used when a secret is missing.",
    why="One forgotten variable and anybody who read the code can sign tokens or sessions.",
    remedy="Give the setting no default, so that the application does not start without it.",
    check=check,
    flagged=(
        Case({"conf.py": 'def key():\n    return getenv("NOTES_JWT_KEY") or "please-change-me"\n'}),
        Case(
            {
                "auth.ts": """\
const given = process.env.BETTER_AUTH_SECRET;
const secret = given || "only-while-building";
export const auth = betterAuth({ secret });
"""
            }
        ),
        Case({"config.py": 'KEY = os.environ.get("JWT_SECRET", "q8Zr1xW5vB7nM3kL9pT2")\n'}),
        Case({"config.py": 'import os\n\nSECRET = os.getenv("JWT_SECRET", "change-me")\n'}),
        Case({"config.py": 'KEY = env.str("JWT_SECRET", "dev-secret")\n'}),
        Case({"auth.ts": 'const key = process.env.JWT_SECRET ?? "q8Zr1xW5vB7nM3kL9pT2";\n'}),
        Case({"auth.ts": 'const key = process.env["JWT_SECRET"] || "dev-secret";\n'}),
        Case(
            {
                "auth.ts": """\
export const auth = betterAuth({ secret: process.env.BETTER_AUTH_SECRET || "default-secret" });
"""
            }
        ),
        Case({"auth.ts": 'const key = env.JWT_SECRET ? process.env.JWT_SECRET : "dev-secret";\n'}),
        Case(
            {"config.py": 'class S(BaseSettings):\n    jwt_secret: SecretStr = SecretStr("dev")\n'}
        ),
        Case(
            {
                "vault.py": """\
class Vault:
    def __init__(self, config):
        secret = (
            (config.encryption_key or "").strip()
            or config.admin_key
            or "dev-only-secret"
        )
        self.box = Fernet(derive(secret))
"""
            }
        ),
        Case(
            {
                "config.py": """\
import os

DEFAULT = "todo-secret"
SECRET = os.getenv("JWT_SECRET", DEFAULT)
"""
            }
        ),
        Case(
            {
                "env.ts": """\
export const env = z.object({ JWT_SECRET: z.string().min(8).default("dev-secret") }).parse(process.env);
"""
            }
        ),
        Case({"env.ts": 'const { JWT_SECRET = "dev-secret" } = process.env;\n'}),
    ),
    accepted=(
        Case(
            {
                "hash.ts": """\
export const digest = (text) =>
  createHash("sha256").update(text + (process.env.AUTH_SECRET || "salt")).digest("hex");
"""
            }
        ),
        Case(
            {
                "config.py": """\
import os

SECRET = os.environ["JWT_SECRET"]

class Settings(BaseSettings):
    jwt_secret: str
""",
                "auth.ts": "betterAuth({ secret: process.env.BETTER_AUTH_SECRET });\n",
            }
        ),
        Case(
            {
                "config.py": """\
import os

SECRET = os.getenv("JWT_SECRET") or os.getenv("API_SECRET") or ""
TITLE = os.getenv("TITLE") or "todo"
"""
            }
        ),
    ),
)
