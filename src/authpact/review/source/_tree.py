"""A folder → the texts worth reading, within fixed limits."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from authpact.review.source._databases import MOST, holds_accounts, is_database
from authpact.review.source._pattern import lazy

_LARGEST: Final = 1_000_000
"""Bytes; larger files are data or bundles."""
_LONGEST_LINE: Final = 20_000
_MOST_FILES: Final = 50_000
_DEEPEST_NESTING: Final = 1_500
_SKIPPED: Final = frozenset(
    [
        "node_modules",
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        "env",
        "site-packages",
        "__pycache__",
        ".next",
        ".nuxt",
        ".turbo",
        "dist",
        "build",
        "out",
        "coverage",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".cache",
        "vendor",
        ".idea",
        ".vscode",
        "htmlcov",
        ".vercel",
        ".claude",
        ".specify",
        ".cursor",
        ".agents",
        ".codex",
        ".gemini",
        ".windsurf",
    ]
)
_SCRIPTS: Final = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_PLAIN: Final = lazy(
    r"(^|/)(\.env[\w.-]*|[\w.-]*\.env(\.\w+)?|docker-compose[\w.-]*\.ya?ml|compose[\w.-]*\.ya?ml"
    r"|requirements[\w.-]*\.(txt|in)|pyproject\.toml|package\.json|poetry\.lock|uv\.lock"
    r"|\.gitignore|tsconfig\.json|vercel\.json|next\.config\.\w+|[\w.-]+\.md|[\w.-]+\.ya?ml"
    r"|authpact\.toml|Dockerfile[\w.-]*|[\w.-]+\.[Dd]ockerfile|Containerfile|[\w.-]+\.sh|alembic\.ini"
    r"|fly\.toml|\.mcp\.json|\.dockerignore|nginx[\w.-]*\.conf|Caddyfile)$"
)
_INTERESTING: Final = lazy(
    r"auth|token|cookie|storage|process\.env|fetch\(|axios|jwt|secret|password|defaultValue"
    r"|\bapi\w*\.(?:get|post|put|patch|delete)\b|from\s+[\"'][^\"'\n]*/(?:api|services?|actions)\b"
    r"|export\s+(?:async\s+function|const)\s+(?:GET|POST|PUT|PATCH|DELETE)\b|[\"']use server[\"']"
    r"|RawUnsafe\(|\.unsafe\(|\bpool\.query\(|Access-Control-|[\"'`]/api/|[\"']ky[\"']"
    r"|\b(?:log|sign)_?out\b|\bsql\.raw\(|createHash\(|prisma\.\w+\.|[pP]rocedure\b"
    r"|\b(?:require|get|current|load)\w*(?:User|Viewer|Session|Account|Principal)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unreviewable:
    """A file that could not be read, or not in full, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """One text of the tree; `path` is relative with forward slashes."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The texts of a folder by kind."""

    python: tuple[Source, ...]
    scripts: tuple[Source, ...]
    plain: tuple[Source, ...]
    """Environment files, compose files, requirements, documents."""
    paths: frozenset[str]
    """Every path seen, read or not."""
    unreviewable: tuple[Unreviewable, ...]
    accounts: frozenset[str] = frozenset()
    """Databases that hold hashes of passwords or tokens of providers."""
    others: tuple[Source, ...] = ()
    """Scripts that no rule reads; what they import tells which modules are alive."""

    @property
    def texts(self) -> dict[str, str]:
        """Every text by its path."""
        return {s.path: s.text for s in (*self.python, *self.scripts, *self.plain)}


def _paths(root: Path) -> Iterator[Path]:
    """Yield files in a stable order; links to folders are not followed."""
    for folder, folders, files in os.walk(root, followlinks=False):
        here = Path(folder)
        folders[:] = sorted(
            f for f in folders if f not in _SKIPPED and not (here / f / "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            yield here / name


def _reason(file: Path) -> str:
    """Say why a file is not read, empty when it may be."""
    if file.is_symlink():
        return "is a symbolic link"
    if not file.is_file():
        return "is not a regular file"
    return "is larger than 1 MB" if file.stat().st_size > _LARGEST else ""


def _nesting(text: str) -> int:
    if sum(text.count(c) for c in "[({") <= _DEEPEST_NESTING:
        return 0
    deepest = depth = 0
    for match in re.finditer(r"[\[({]+|[\])}]+", text):
        piece = match.group()
        depth = depth + len(piece) if piece[0] in "[({" else max(0, depth - len(piece))
        deepest = max(deepest, depth)
    return deepest


def _objection(text: str, *, parsed: bool) -> str:
    """Say why a text is not parsed, empty when it may be."""
    if "\0" in text:
        return "is binary"
    if max(map(len, text.split("\n")), default=0) > _LONGEST_LINE:
        return "has lines of more than 20 000 characters"
    return "is nested too deeply" if parsed and _nesting(text) > _DEEPEST_NESTING else ""


def kind_of(path: str) -> str:
    """Return python, script, plain, or an empty text for what is not read."""
    if path.endswith((".py", ".pyw")):
        return "python"
    if path.endswith(_SCRIPTS) and not path.endswith((".min.js", ".d.ts")):
        return "script"
    return "plain" if _PLAIN.search(path) else ""


def sort_texts(texts: dict[str, str], paths: frozenset[str] | None = None) -> Tree:
    """Sort texts by kind; for texts that are not in a folder, such as examples."""
    kinds: dict[str, list[Source]] = {"python": [], "script": [], "plain": [], "other": []}
    bad: list[Unreviewable] = []
    for path, text in texts.items():
        kind = kind_of(path)
        objection = _objection(text, parsed=kind != "plain") if kind else ""
        if objection:
            bad.append(Unreviewable(path, objection))
        elif kind == "script" and not _INTERESTING.search(text):
            kinds["other"].append(Source(path, text))
        elif kind:
            kinds[kind].append(Source(path, text))
    known = frozenset(texts) if paths is None else paths
    groups = (tuple(kinds["python"]), tuple(kinds["script"]), tuple(kinds["plain"]))
    held = {p for p, t in texts.items() if is_database(p) and holds_accounts(t.encode())}
    return Tree(*groups, known, tuple(bad), frozenset(held), tuple(kinds["other"]))


def _has_accounts(file: Path) -> bool:
    """Whether a database of the tree holds hashes of passwords or tokens."""
    if not is_database(file.name) or file.is_symlink() or not file.is_file():
        return False
    try:
        with file.open("rb") as opened:
            return holds_accounts(opened.read(MOST))
    except OSError:
        return False


def read_tree(root: Path) -> Tree:
    """Read a folder. Never fails on what is inside: unreadable files become `unreviewable`."""
    texts: dict[str, str] = {}
    paths: set[str] = set()
    bad: list[Unreviewable] = []
    accounts: set[str] = set()
    for count, file in enumerate(_paths(root)):
        name = file.relative_to(root).as_posix()
        if count >= _MOST_FILES:
            bad.append(Unreviewable(name, "the tree has more than 50 000 files; the rest was left"))
            break
        paths.add(name)
        if _has_accounts(file):
            accounts.add(name)
        if not kind_of(name):
            continue
        try:
            reason = _reason(file)
            if not reason:
                texts[name] = file.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
        if reason:
            bad.append(Unreviewable(name, reason))
    tree = sort_texts(texts, frozenset(paths))
    return replace(tree, unreviewable=(*bad, *tree.unreviewable), accounts=frozenset(accounts))
