import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy

_CALL: Final = frozenset(
    {
        "execute",
        "text",
        "executemany",
        "fetch",
        "fetchrow",
        "fetchall",
        "fetchval",
        "raw",
        "exec",
        "exec_driver_sql",
        "executescript",
        "fetch_all",
        "fetch_one",
    }
)
_WORD: Final = r"\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s|DELETE\s+FROM\s|WITH\s)"
_VERB: Final = lazy(rf"^f[\"']{{1,3}}{_WORD}", re.IGNORECASE)
_BUILT: Final = lazy(
    rf"^[\"']{{1,3}}{_WORD}.*?[\"']{{1,3}}\s*(?:\+|%|\.format\()\s*(.*)$", re.IGNORECASE | re.DOTALL
)
_PLACE: Final = lazy(r"=\s*'?\{|LIKE\s+'?%?\{|IN\s*\(\{|VALUES", re.IGNORECASE)
_ORDERED: Final = lazy(r"\b(?:ORDER\s+BY|LIMIT|OFFSET)\s+\{\s*(\w+)\s*\}", re.IGNORECASE)
_VALUE: Final = lazy(
    r"(?:=|LIKE|IN\s*\(|VALUES\s*\()\s*'?%?(?:[\"']{1,3}\s*\+|%s|\{)", re.IGNORECASE
)
_UNSAFE: Final = lazy(r"(?:^|\.)(?:\$queryRawUnsafe|\$executeRawUnsafe|unsafe|query|raw|execute)$")
_TEMPLATE: Final = lazy(
    rf"^`{_WORD}[^`]*?(?:=|LIKE|IN\s*\(|VALUES\s*\([^`]*?)\s*'?%?\$\{{\s*([\w.]+)", re.IGNORECASE
)
_JOINED: Final = lazy(rf"^[\"']{_WORD}[^\n]*?(?:=|LIKE)\s*'?%?[\"']\s*\+\s*([\w.]+)", re.IGNORECASE)
_CONSTANT: Final = lazy(
    r"^(?-i:[A-Z][A-Z0-9_]*)$|placeholder|columns?$|fields?$|table|schema|clause|where|index",
    re.IGNORECASE,
)


def _statement(function: Function, text: str) -> str:
    """Return the statement that an argument means, through one variable."""
    text = re.sub(r"^(?:\w+\.)?text\(\s*(.*)\)$", r"\1", text.strip(), flags=re.DOTALL)
    if not re.fullmatch(r"\w+", text):
        return text
    made = re.search(
        rf"^\s*(?:const\s+|let\s+|var\s+)?{text}\s*(?::\s*str)?\s*=\s*(f?(\"\"\"|\'\'\'|[\"\'`]).*?\2[^\n]*)",
        function.text,
        re.MULTILINE | re.DOTALL,
    )
    return made[1] if made else text


def _in_python(function: Function, text: str) -> bool:
    """Whether a parameter of a function is written into a statement as it is."""
    given = {
        p.name
        for p in function.parameters
        if "Depends" not in p.default
        and not re.match(r"(?:int|float|bool|UUID|date)\b", p.annotation)
    }
    if _VERB.match(text):
        ordered = set(_ORDERED.findall(text)) & given
        if any(
            not re.search(rf"\b{name}\b\s+(?:not\s+)?in\b|\[{name}\]", function.text)
            for name in ordered
        ):
            return True
        return bool(set(re.findall(r"\{\s*(\w+)", text)) & given and _PLACE.search(text))
    built = _BUILT.match(text)
    return bool(built and _VALUE.search(text) and set(re.findall(r"\b\w+", built[1])) & given)


def _in_script(function: Function, text: str) -> bool:
    """Whether a value that is no constant is written into a statement of a script."""
    found = _TEMPLATE.match(text) or _JOINED.match(text)
    if found is None or _CONSTANT.search(found[1]):
        return False
    name = found[1].partition(".")[0]
    listed = rf"\b(?:const|let)\s+{name}\s*=\s*(?:[\"'\d]|Number\(|parseInt\(|process\.env)"
    return not re.search(listed, function.text)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield SQL statements with values of a request written in."""
    for module in (*facts.python, *facts.scripts):
        is_python = module.language == "python"
        for call in module.calls:
            named = call.last in _CALL if is_python else bool(_UNSAFE.search(call.name))
            function = module.function_of(call) if named and call.arguments else None
            if function is None:
                continue
            text = _statement(function, call.arguments[0].text)
            if (_in_python if is_python else _in_script)(function, text):
                yield at(module, call, "A value is written into an SQL statement.")


RULE = Rule(
    requirement="ownership:list-scope",
    category="sql-injection",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="SQL is built from text.",
    why="A value of the request becomes a part of the statement and reads other people's rows.",
    remedy="Pass values as parameters.",
    check=check,
    flagged=(
        Case(
            {
                "db.py": """\
def find(db, token):
    return db.execute(f"SELECT * FROM session WHERE token = '{token}'")
"""
            }
        ),
        Case(
            {
                "db.py": """\
def find(db, name: str):
    statement = f'''SELECT * FROM people WHERE name LIKE {name}''
    return db.execute(text(statement))
"""
            }
        ),
        Case(
            {
                "db.py": """\
def find(db, name):
    return db.execute("SELECT * FROM people WHERE name = '" + name + "'")
"""
            }
        ),
        Case(
            {
                "db.py": """\
def listed(db, sort: str):
    return db.execute(f"SELECT * FROM people ORDER BY {sort}")
"""
            }
        ),
        Case(
            {
                "db.py": """\
def find(db, name):
    return db.execute("SELECT * FROM people WHERE name = '%s'" % name)
"""
            }
        ),
        Case(
            {
                "lib/people.ts": """\
export async function find(name) {
  return prisma.$queryRawUnsafe(`SELECT * FROM people WHERE name = '${name}'`);
}
"""
            }
        ),
        Case(
            {
                "lib/people.ts": """\
export async function find(request) {
  const statement = `SELECT * FROM people WHERE id = '${request.id}'`;
  return pool.query(statement);
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "db.py": """\
def listed(db, sort: str, size: int):
    if sort not in COLUMNS:
        raise ValueError
    return db.execute(f"SELECT * FROM people ORDER BY {sort} LIMIT {size}")
"""
            }
        ),
        Case(
            {
                "db.py": """\
def find(db, name):
    return db.execute("SELECT * FROM people WHERE name = %s", (name,))
"""
            }
        ),
        Case(
            {
                "lib/people.ts": """\
export async function find(name) {
  const rows = await prisma.$queryRaw`SELECT * FROM people WHERE name = ${name}`;
  return [rows, await pool.query("SELECT * FROM people WHERE name = $1", [name])];
}
"""
            }
        ),
        Case(
            {
                "lib/people.ts": """\
export async function find(values) {
  const marks = values.map((_, i) => `$${i + 1}`).join(", ");
  return pool.query(`SELECT * FROM ${TABLE} WHERE id = $1 AND kind = '${KIND}'`, values);
}
"""
            }
        ),
        Case(
            {
                "db.py": """\
def find(db, token):
    return db.execute("SELECT * FROM session WHERE token = :t", {"t": token})
"""
            }
        ),
    ),
)
