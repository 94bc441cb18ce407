import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_SQL: Final = re.compile(
    r"\btoken\W{0,2}\s*=\s*(\S+)\s+OR\s+\W?(?:\w+\.)?\W?id\W?\s*=\s*\1"
    r"|\bid\W?\s*=\s*(\S+)\s+OR\s+\W?(?:\w+\.)?\W?token\W?\s*=\s*\2",
    re.IGNORECASE,
)
_ORM: Final = re.compile(r"\b\w*Session\w*\.id\s*==\s*\w*token\w*")
_WHERE: Final = re.compile(
    r"FROM\s+\W?session\W?[^;\"]*WHERE[^;\"]*\bid\W?\s*=\s*(?::|%\(?)\w*token",
    re.IGNORECASE | re.DOTALL,
)
_PASSED: Final = re.compile(
    r"^\W*(?:text\(\s*)?\W*SELECT\b.*\bFROM\s+\W?(?:\w+\.)?\W?sessions?\b.*\bWHERE\s+(?:\w+\.)?\W?id\W?\s*=\s*(?:\$1|%s|\?)",
    re.IGNORECASE | re.DOTALL,
)
_SECRET: Final = re.compile(
    r"^[\[(]?\s*\w*(?:token|cookie|bearer|credential)\w*\s*,?[\])]?$", re.IGNORECASE
)


def _by_position(facts: Facts) -> Iterator[Hit]:
    """Yield statements that compare the id with a token that is passed beside them."""
    for module in facts.python:
        for call in module.calls:
            statement, *given = [a.text for a in call.arguments] or [""]
            if given and _SECRET.match(given[0]) and _PASSED.search(statement):
                yield at(module, call, "The id of a session is accepted as its token.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield look-ups that take the id of a session for its token."""
    for pattern in (_SQL, _ORM, _WHERE):
        for module, line, match in facts.matches(facts.python, pattern):
            if (
                "session" in module.code[max(0, match.start() - 300) : match.end()].lower()
                and "token" in module.code
            ):
                yield at(module, line, "The id of a session is accepted as its token.")
    yield from _by_position(facts)


RULE = Rule(
    requirement="session:lifetime",
    category="session-id-as-token",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A session id opens the session.",
    why="Ids are no secrets: session lists, logs and foreign keys show them.",
    remedy="Look sessions up by their token only, or verify access tokens.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
QUERY = "SELECT * FROM session WHERE token = :token OR id = :token"
"""
            }
        ),
        Case(
            {
                "auth.py": """\
async def read(pool, token):
    row = await pool.fetchrow("SELECT user_id FROM session WHERE token = $1", token)
    if row is None:
        row = await pool.fetchrow("SELECT s.user_id FROM session s WHERE s.id = $1", token)
    return row
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
async def read(pool, session_token):
    return await pool.fetchrow("SELECT id FROM session WHERE token = $1", session_token)

async def one(pool, session_id):
    return await pool.fetchrow("SELECT * FROM session WHERE id = $1", session_id)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
QUERY = "SELECT * FROM session WHERE token = :token"
"""
            }
        ),
    ),
)
