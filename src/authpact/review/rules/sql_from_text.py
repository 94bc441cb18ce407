import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_CALL: Final = frozenset({"execute", "text", "executemany", "fetch", "fetchrow", "fetchall", "raw"})
_VERB: Final = re.compile(r"^f[\"']{1,3}\s*(?:SELECT|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield SQL statements with values of a request written in."""
    for module in facts.python:
        for call in module.calls:
            text = call.arguments[0].text if call.arguments else ""
            function = module.function_of(call)
            if call.last not in _CALL or not _VERB.match(text) or function is None:
                continue
            names = set(re.findall(r"\{\s*(\w+)", text))
            given = {p.name for p in function.parameters if "Depends" not in p.default}
            if names & given and re.search(
                r"=\s*'?\{|LIKE\s+'?%?\{|IN\s*\(\{|VALUES", text, re.IGNORECASE
            ):
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
    ),
    accepted=(
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
