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


def check(facts: Facts) -> Iterator[Hit]:
    """Yield look-ups that take the id of a session for its token."""
    for pattern in (_SQL, _ORM, _WHERE):
        for module, line, match in facts.matches(facts.python, pattern):
            if (
                "session" in module.code[max(0, match.start() - 300) : match.end()].lower()
                and "token" in module.code
            ):
                yield at(module, line, "The id of a session is accepted as its token.")


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
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
QUERY = "SELECT * FROM session WHERE token = :token"
"""
            }
        ),
    ),
)
