import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Function
from authpact.review._rule import Case, Hit, Rule, at

_PYTHON: Final = frozenset(
    ["execute", "executemany", "fetch", "fetchrow", "fetchval", "exec_driver_sql", "fetch_all"]
)
_SCRIPT: Final = re.compile(
    r"(?:^|\.)(?:\$queryRawUnsafe|\$executeRawUnsafe|unsafe|query|sql\.raw)$"
)
_CLAUSE: Final = r"\s*(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WHERE|AND|OR|ORDER\s+BY|LIMIT|OFFSET|GROUP\s+BY|HAVING)\b"
_MADE: Final = re.compile(
    r"^\s*(?:const |let |var )?(\w+)\s*(?::\s*\w+)?\s*\+?=\s*(?!=)(.+?);?\s*$", re.MULTILINE
)
_HARMLESS: Final = re.compile(
    r"placeholder|column|field|table|schema|clause|mark|%s|\$\$\{|Number\(|parseInt|int\(|escape|quote|Identifier",
    re.IGNORECASE,
)


def _joins(text: str, names: set[str]) -> bool:
    """Whether a piece of SQL has one of these variables written into it."""
    if not re.search(rf"[\"'`]{_CLAUSE}", text, re.IGNORECASE) or _HARMLESS.search(text):
        return False
    inner = "|".join(map(re.escape, sorted(names)))
    return bool(
        re.search(rf"[\"']\s*\+\s*(?:{inner})\b(?!\()|\$\{{\s*(?:{inner})\s*\}}", text)
        or re.search(rf"[\"']\s*(?:\.format\(|%\s*\(?)\s*(?:{inner})\b(?!\()", text)
        or (re.search(r"\bf[\"']", text) and re.search(rf"\{{\s*(?:{inner})\s*\}}", text))
    )


def _texts(function: Function) -> set[str]:
    """Return the parameters that may be any text and are compared with no list."""
    return {
        p.name
        for p in function.parameters
        if re.match(r"(?::\s*)?(?:str|string|Optional\[str|$)", p.annotation)
        and p.name not in {"self", "cls", "db", "session", "conn", "cursor"}
        and not re.search(
            rf"\b{p.name}\b\s+(?:not\s+)?in\b|\[\s*{p.name}\s*\]|(?:includes|has)\(\s*{p.name}\b",
            function.text,
        )
    }


def _grown(function: Function) -> set[str]:
    """Return the variables whose SQL has a parameter written in at some step."""
    given = _texts(function)
    rows = _MADE.findall(function.text) if given else []
    return {name for name, value in rows if name not in given and _joins(value, given)}


def check(facts: Facts) -> Iterator[Hit]:
    """Yield statements that are put together in several steps, with a text of the caller."""
    for module in (*facts.python, *facts.scripts):
        for call in module.calls:
            is_python = module.language == "python"
            runs = call.last in _PYTHON if is_python else _SCRIPT.search(call.name)
            function = module.function_of(call) if runs and call.arguments else None
            names = _grown(function) if function else set()
            text = call.arguments[0].text if names else ""
            if any(re.search(rf"\b{n}\b", text) for n in names):
                yield at(module, call, "A value is written into an SQL statement.")


RULE = Rule(
    requirement="ownership:list-scope",
    category="sql-injection",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="SQL grows by texts of the caller.",
    why="A sort key or a condition is a part of the statement and may read other people's rows.",
    remedy="Pass values as parameters, and take names of columns from a fixed dictionary.",
    check=check,
    flagged=(
        Case(
            {
                "db.py": """\
def boats(db, harbour: str, sort: str):
    statement = "SELECT * FROM boats WHERE harbour = :harbour"
    if sort:
        statement += f" ORDER BY {sort}"
    return db.execute(text(statement), {"harbour": harbour})
"""
            }
        ),
        Case(
            {
                "lib/boats.ts": """\
export async function boats(name: string) {
  const condition = name ? `WHERE name LIKE '${name}'` : "";
  return prisma.$queryRawUnsafe("SELECT * FROM boats " + condition);
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "db.py": """\
def boats(db, harbour: str, sort: str, size: int):
    statement = "SELECT * FROM boats WHERE harbour = :harbour"
    if sort in COLUMNS:
        statement += f" ORDER BY {sort} LIMIT {size}"
    return db.execute(text(statement), {"harbour": harbour})
""",
                "lib/boats.ts": """\
export async function boats(name: string) {
  const condition = name ? "WHERE name = $1" : "";
  return pool.query("SELECT * FROM boats " + condition, [name]);
}
""",
            }
        ),
    ),
)
