import fnmatch
import posixpath
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_MADE_UP: Final = lazy(r"(^|/)(?:tests?|__tests__|e2e|fixtures|testdata)/")


def _patterns(facts: Facts) -> list[tuple[str, str]]:
    """Return every line of the ignore lists with the folder that it counts for."""
    found = []
    for source in facts.environment.plain(r"(^|/)\.gitignore$"):
        rows = (row.strip() for row in source.text.split("\n"))
        folder = posixpath.dirname(source.path)
        found += [(folder, row) for row in rows if row and not row.startswith(("#", "!"))]
    return found


def _is_ignored(path: str, patterns: list[tuple[str, str]]) -> bool:
    """Whether Git leaves a file out, so that it lies on this machine only."""
    for folder, pattern in patterns:
        if folder and not path.startswith(f"{folder}/"):
            continue
        inner = path.removeprefix(f"{folder}/") if folder else path
        plain = pattern.strip("/").removeprefix("**/")
        rooted = "/" in pattern.rstrip("/") and not pattern.startswith("**/")
        parts = inner.split("/")
        names = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        if any(fnmatch.fnmatchcase(n, plain) for n in (names if rooted else parts)):
            return True
    return False


def check(facts: Facts) -> Iterator[Hit]:
    """Yield databases with accounts that are part of the repository."""
    patterns = _patterns(facts) if facts.tree.accounts else []
    for path in sorted(facts.tree.accounts):
        if not _MADE_UP.search(path) and not _is_ignored(path, patterns):
            yield Hit(
                path, 1, "A database with passwords or tokens of accounts is in the repository."
            )


_LINKED = "gho_" + "ZqPp5YdXi1w7jYvoM9gO3lRdsZctvp4E68iI"
_HASH = "$2b$12$" + "kQ0.eWmZ3uYb5Rn8vTc1Xf" + "Lh7jPs9aDg2oKi4wEq6tMyN8bVx0zCr"

RULE = Rule(
    requirement="environment:no-secrets",
    category="committed-secret",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A database with accounts is in the repository.",
    why="Its addresses, hashes of passwords and sessions are open to everybody with the history.",
    remedy="Remove the file from the repository and its history, list it in .gitignore, end the sessions.",
    check=check,
    flagged=(
        Case({"web/app.sqlite": f"SQLite format 3 ada@notes.dev github {_LINKED}\n"}),
        Case({"web/app.db": f"SQLite format 3 ada@notes.dev {_HASH}\n"}),
        Case(
            {
                "web/app.db-wal": f"ada@notes.dev {_HASH}\n",
                ".gitignore": "/app.db-wal\n*.log\n",
            }
        ),
    ),
    accepted=(
        Case({"web/app.sqlite": "SQLite format 3 ada@notes.dev gho_ token of nobody\n"}),
        Case({"web/app.db": f"SQLite format 3 test@example.com {_HASH}\n"}),
        Case({"tests/fixtures/app.db": f"SQLite format 3 {_HASH}\n"}),
        Case({"web/app.db": "SQLite format 3 CREATE TABLE user (password TEXT)\n"}),
        Case({"web/app.db": f"SQLite format 3 {_HASH}\n", "web/.gitignore": "*.db\n"}),
        Case({"web/data/app.db": f"SQLite format 3 {_HASH}\n", ".gitignore": "data/\n"}),
        Case({"web/data/app.db": f"SQLite format 3 {_HASH}\n", ".gitignore": "web/data\n"}),
    ),
)
