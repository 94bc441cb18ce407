import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

_SQL: Final = lazy(
    r"\btoken\W{0,2}\s*=\s*(\S+)\s+OR\s+\W?(?:\w+\.)?\W?id\W?\s*=\s*\1"
    r"|\bid\W?\s*=\s*(\S+)\s+OR\s+\W?(?:\w+\.)?\W?token\W?\s*=\s*\2",
    re.IGNORECASE,
)
_ORM: Final = lazy(
    r"\b\w*Session\w*\.id\s*==\s*(?:\w+\.)?\w*(?:token|credentials|bearer)\w*"
    r"|\bsessions?(?:_collection)?[\"'\]]*\.find_one\(\s*\{\s*[\"']_?id[\"']\s*:\s*(?:\w+\.)?\w*(?:token|credentials)"
)
_WHERE: Final = lazy(
    r"FROM\s+\W?session\W?[^;\"]*WHERE[^;\"]*\bid\W?\s*=\s*(?::|%\(?)\w*token",
    re.IGNORECASE | re.DOTALL,
)
_PASSED: Final = lazy(
    r"^\W*(?:text\(\s*)?\W*SELECT\b.*\bFROM\s+\W?(?:\w+\.)?\W?sessions?\b.*\bWHERE\s+(?:\w+\.)?\W?id\W?\s*=\s*(?:\$1|%s|\?)",
    re.IGNORECASE | re.DOTALL,
)
_SECRET: Final = lazy(
    r"^[\[(]?\s*\w*(?:token|cookie|bearer|credential)\w*\s*,?[\])]?$", re.IGNORECASE
)


def _by_position(facts: Facts) -> Iterator[Hit]:
    """Yield statements that compare the id with a token that is passed beside them."""
    for module in facts.python:
        for call in module.calls:
            statement, *given = [a.text for a in call.arguments] or [""]
            if given and _SECRET.match(given[0]) and _PASSED.search(statement):
                yield at(module, call, "The id of a session is accepted as its token.")


def _is_session(facts: Facts, module: Module, name: str) -> bool:
    """Whether a class is the table of sessions, keyed by an id beside its token."""
    found = facts.project.symbol(module, name)
    rows = found.module.classes if found else ()
    return any(
        found is not None
        and c.name == found.name
        and re.search(r"\btoken\s*(?::|=)", c.text)
        and re.search(r"\bid\s*(?::|=)[^\n]*primary_key\s*=\s*True", c.text)
        and re.search(r"session", c.text, re.IGNORECASE)
        for c in rows
    )


def _by_key(facts: Facts) -> Iterator[Hit]:
    """Yield look-ups by primary key that are given what the client sent as its token."""
    for module in facts.python:
        for call in module.called("get"):
            table, *given = [a.text for a in call.arguments if not a.name] or [""]
            sent = len(given) == 1 and _SECRET.match(given[0].rpartition(".")[2])
            if sent and re.fullmatch(r"[\w.]+", table) and _is_session(facts, module, table):
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
    yield from _by_key(facts)


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
                "tables.py": """\
class Login(Base):
    __tablename__ = "session"
    id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
""",
                "auth.py": """\
from tables import Login

def read(bearer, db):
    return db.get(Login, bearer.credentials)
""",
            }
        ),
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
class Login(Base):
    __tablename__ = "session"
    token: Mapped[str] = mapped_column(primary_key=True)

def read(bearer, db):
    return db.get(Login, bearer.credentials)
"""
            }
        ),
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
